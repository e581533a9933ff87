import type { NodeId } from '@quorate/actor';
import type { LogIndex, StageRecorder, Term } from '@quorate/raft';
import { WriteSlots } from '../stages/write-slots.ts';
import { declarations } from './declarations.ts';
import { DurationHistogram } from './duration-histogram.ts';
import type { MetricReadings } from './metric-readings.ts';

/** So many writes may be under way at once; what is more is not timed. */
const slots = 16_384;

/** Where the moments of a write stand behind its index and term. */
const taken = 2;
const placed = 3;
const appended = 4;
const committed = 5;
const applyBegan = 6;
const applied = 7;

/** Times the stages of all writes that a node leads, and its flushes, and counts what they hold. It tells another recorder all of it. */
export class StageMeter implements StageRecorder {
  readonly #next: StageRecorder;
  readonly #writes = new WriteSlots(slots, 8);
  readonly #whole = new DurationHistogram();
  readonly #stages = {
    batch: new DurationHistogram(),
    append: new DurationHistogram(),
    quorum: new DurationHistogram(),
    applier: new DurationHistogram(),
    apply: new DurationHistogram(),
    answer: new DurationHistogram(),
  };
  readonly #flush = new DurationHistogram();
  #flushBeganAtMs: number | null = null;
  #appends = 0;
  #entries = 0;

  constructor(next: StageRecorder) {
    this.#next = next;
  }

  answered(index: LogIndex, term: Term, receivedAtMs: number, proposedAtMs: number, answeredAtMs: number): void {
    this.#next.answered(index, term, receivedAtMs, proposedAtMs, answeredAtMs);
  }

  placed(index: LogIndex, term: Term, takenAtMs: number, placedAtMs: number): void {
    const at = this.#writes.placeOf(index);
    const { numbers } = this.#writes;
    numbers.fill(0, at, at + 8);
    numbers[at] = index;
    numbers[at + 1] = term;
    numbers[at + taken] = takenAtMs;
    numbers[at + placed] = placedAtMs;
    this.#next.placed(index, term, takenAtMs, placedAtMs);
  }

  appended(
    first: LogIndex,
    last: LogIndex,
    term: Term,
    write: number,
    receivedAtMs: number,
    appendedAtMs: number,
  ): void {
    this.#appends += 1;
    this.#entries += last - first + 1;
    this.#note(first, last, appended, appendedAtMs);
    this.#next.appended(first, last, term, write, receivedAtMs, appendedAtMs);
  }

  flushBegan(written: number, atMs: number): void {
    this.#flushBeganAtMs = atMs;
    this.#next.flushBegan(written, atMs);
  }

  flushEnded(written: number, atMs: number): void {
    if (this.#flushBeganAtMs !== null) this.#flush.record(atMs - this.#flushBeganAtMs);
    this.#flushBeganAtMs = null;
    this.#next.flushEnded(written, atMs);
  }

  sent(peer: NodeId, first: LogIndex, last: LogIndex, atMs: number): void {
    this.#next.sent(peer, first, last, atMs);
  }

  acknowledged(peer: NodeId, matchIndex: LogIndex, atMs: number): void {
    this.#next.acknowledged(peer, matchIndex, atMs);
  }

  replied(matchIndex: LogIndex, atMs: number): void {
    this.#next.replied(matchIndex, atMs);
  }

  committed(first: LogIndex, last: LogIndex, completedBy: NodeId, atMs: number): void {
    this.#note(first, last, committed, atMs);
    this.#next.committed(first, last, completedBy, atMs);
  }

  applied(first: LogIndex, last: LogIndex, beganAtMs: number, appliedAtMs: number): void {
    this.#note(first, last, applyBegan, beganAtMs);
    this.#note(first, last, applied, appliedAtMs);
    this.#next.applied(first, last, beganAtMs, appliedAtMs);
  }

  settled(index: LogIndex, term: Term, atMs: number): void {
    this.#record(index, term, atMs);
    this.#next.settled(index, term, atMs);
  }

  /** Adds what was counted. */
  read(readings: MetricReadings): void {
    readings.setHistogram(declarations.commitDuration, {}, this.#whole);
    for (const [stage, histogram] of Object.entries(this.#stages))
      readings.setHistogram(declarations.commitStageDuration, { stage }, histogram);
    readings.setHistogram(declarations.flushDuration, {}, this.#flush);
    readings.set(declarations.appends, {}, this.#appends);
    readings.set(declarations.appendedEntries, {}, this.#entries);
  }

  /** A node that follows has no writes of its own, and nothing to note. */
  #note(first: LogIndex, last: LogIndex, moment: number, atMs: number): void {
    const { numbers } = this.#writes;
    for (let index: number = first; index <= last; index += 1) {
      const at = this.#writes.find(index);
      if (at !== null) numbers[at + moment] = atMs;
    }
  }

  /** All moments are known, or none is recorded: so the stages add up to the whole. */
  #record(index: LogIndex, term: Term, settledAtMs: number): void {
    const at = this.#writes.find(index);
    if (at === null || this.#writes.numbers[at + 1] !== term) return;
    const momentOf = (moment: number): number => this.#writes.numbers[at + moment] ?? 0;
    if (momentOf(appended) === 0 || momentOf(committed) === 0 || momentOf(applied) === 0) return;
    this.#stages.batch.record(momentOf(placed) - momentOf(taken));
    this.#stages.append.record(momentOf(appended) - momentOf(placed));
    this.#stages.quorum.record(momentOf(committed) - momentOf(appended));
    this.#stages.applier.record(momentOf(applyBegan) - momentOf(committed));
    this.#stages.apply.record(momentOf(applied) - momentOf(applyBegan));
    this.#stages.answer.record(settledAtMs - momentOf(applied));
    this.#whole.record(settledAtMs - momentOf(taken));
  }
}
