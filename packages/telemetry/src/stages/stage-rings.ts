import type { NodeId } from '@quorate/actor';
import {
  type ApplierStages,
  type GatewayStages,
  type LeaderStages,
  type LogIndex,
  type LogStages,
  logIndex,
  type PeerStages,
  type StageRecorder,
  type Term,
  term,
  type WriteStages,
} from '@quorate/raft';
import { NumberRing } from './number-ring.ts';
import { SlowWrites } from './slow-writes.ts';
import { WriteSlots } from './write-slots.ts';

/** Of so many peers it is kept what was sent to them. */
const maxPeers = 16;
/** One of the writes that the rings have no place for any more is kept so often at most. */
const keepEveryMs = 10;
const byFar = 1.5;

interface PeerRings {
  readonly sent: NumberRing;
  readonly acknowledged: NumberRing;
}

/**
 * Remembers of the newest writes of a node where their time went. To record is to set some numbers in typed arrays, whatever is done with them later:
 * what belongs to one entry is put together when somebody asks for it.
 */
export class StageRings implements StageRecorder {
  readonly #slots: number;
  /** index, term, received, proposed, answered */
  readonly #gateway: WriteSlots;
  /** index, term, taken, placed, settled (0: not yet) */
  readonly #leader: WriteSlots;
  /** first, last, appended, received, term, write */
  readonly #appended: NumberRing;
  /** first write, last write, began */
  readonly #flushBegan: NumberRing;
  /** first write, last write, ended */
  readonly #flushEnded: NumberRing;
  /** 0, matchIndex, at */
  readonly #replied: NumberRing;
  /** first, last, at, completedBy */
  readonly #committed: NumberRing;
  /** first, last, applied, began */
  readonly #applied: NumberRing;
  readonly #peers = new Map<NodeId, PeerRings>();
  /** The nodes that have completed a quorum, by the number under which they stand in the ring. */
  readonly #completers: NodeId[] = [];
  readonly #slow = new SlowWrites();
  #repliedIndex = 0;
  /** When a write that was to go was looked at last, of those that are slow. */
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  /** Remembers so many writes. */
  constructor(slots: number) {
    this.#slots = slots;
    this.#gateway = new WriteSlots(slots, 5);
    this.#leader = new WriteSlots(slots, 5);
    this.#appended = new NumberRing(slots, 6);
    this.#flushBegan = new NumberRing(slots, 3);
    this.#flushEnded = new NumberRing(slots, 3);
    this.#replied = new NumberRing(slots, 3);
    this.#committed = new NumberRing(slots, 4);
    this.#applied = new NumberRing(slots, 4);
  }

  // --- recording -------------------------------------------------------------------------------------------------------

  answered(index: LogIndex, inTerm: Term, receivedAtMs: number, proposedAtMs: number, answeredAtMs: number): void {
    const at = this.#gateway.placeOf(index);
    const { numbers } = this.#gateway;
    numbers[at] = index;
    numbers[at + 1] = inTerm;
    numbers[at + 2] = receivedAtMs;
    numbers[at + 3] = proposedAtMs;
    numbers[at + 4] = answeredAtMs;
  }

  placed(index: LogIndex, inTerm: Term, takenAtMs: number, placedAtMs: number): void {
    const at = this.#leader.placeOf(index);
    this.#keepIfSlow(at, placedAtMs);
    const { numbers } = this.#leader;
    numbers[at] = index;
    numbers[at + 1] = inTerm;
    numbers[at + 2] = takenAtMs;
    numbers[at + 3] = placedAtMs;
    numbers[at + 4] = 0;
  }

  appended(
    first: LogIndex,
    last: LogIndex,
    inTerm: Term,
    write: number,
    receivedAtMs: number,
    appendedAtMs: number,
  ): void {
    const at = this.#appended.next();
    const { numbers } = this.#appended;
    numbers[at] = first;
    numbers[at + 1] = last;
    numbers[at + 2] = appendedAtMs;
    numbers[at + 3] = receivedAtMs;
    numbers[at + 4] = inTerm;
    numbers[at + 5] = write;
  }

  flushBegan(written: number, atMs: number): void {
    record(this.#flushBegan, 0, written, atMs);
  }

  flushEnded(written: number, atMs: number): void {
    record(this.#flushEnded, 0, written, atMs);
  }

  sent(peer: NodeId, first: LogIndex, last: LogIndex, atMs: number): void {
    record(this.#ringsOf(peer).sent, first, last, atMs);
  }

  acknowledged(peer: NodeId, matchIndex: LogIndex, atMs: number): void {
    record(this.#ringsOf(peer).acknowledged, 0, matchIndex, atMs);
  }

  replied(matchIndex: LogIndex, atMs: number): void {
    // Every heartbeat is answered so, and most tell nothing new.
    if (matchIndex === this.#repliedIndex) return;
    this.#repliedIndex = matchIndex;
    record(this.#replied, 0, matchIndex, atMs);
  }

  committed(first: LogIndex, last: LogIndex, completedBy: NodeId, atMs: number): void {
    let number = this.#completers.indexOf(completedBy);
    if (number < 0) number = this.#completers.push(completedBy) - 1;
    this.#committed.numbers[record(this.#committed, first, last, atMs) + 3] = number;
  }

  applied(first: LogIndex, last: LogIndex, beganAtMs: number, appliedAtMs: number): void {
    this.#applied.numbers[record(this.#applied, first, last, appliedAtMs) + 3] = beganAtMs;
  }

  settled(index: LogIndex, inTerm: Term, atMs: number): void {
    const at = this.#leader.find(index);
    if (at === null || this.#leader.numbers[at + 1] !== inTerm) return;
    this.#leader.numbers[at + 4] = atMs;
  }

  // --- asking ----------------------------------------------------------------------------------------------------------

  /** What this node remembers of an entry; null if nothing. */
  find(index: LogIndex): WriteStages | null {
    const placed = this.#leaderStages(index);
    const kept = placed === null ? this.#slow.find(index) : null;
    // Some of it may be in the rings yet.
    if (kept !== null) return kept;
    const gateway = this.#gatewayStages(index);
    const log = this.#logStages(index);
    // What this node had put there itself may have had to go for another leader's.
    const leader = log !== null && log.term !== placed?.term ? null : placed;
    const inTerm = leader?.term ?? gateway?.term ?? log?.term;
    if (inTerm === undefined) return null;
    const appendedAtMs = log?.stages.appendedAtMs ?? Number.NEGATIVE_INFINITY;
    return {
      index,
      term: term(inTerm),
      gateway: gateway?.stages ?? null,
      leader: leader?.stages ?? null,
      log: log?.stages ?? null,
      applier: this.#applierStages(index, appendedAtMs),
    };
  }

  /** The writes that took longest, of those that this node led or was asked for, and remembers: from the gateway's receipt to its answer where that was here too. Slowest first. */
  slowest(limit: number, nowMs: number): readonly WriteStages[] {
    // Most who ask, ask for single writes.
    if (limit === 0) return [];
    const found = this.#slow.keptAt(nowMs).map(({ durationMs, stages }) => ({
      durationMs,
      give: (): WriteStages | null => stages,
    }));
    for (const at of this.#leader.places()) {
      for (const { index, durationMs } of this.#durationsAt(at)) {
        found.push({ durationMs, give: () => this.find(logIndex(index)) });
      }
    }
    const slowest = found.sort((a, b) => b.durationMs - a.durationMs).slice(0, limit);
    return slowest.flatMap(({ give }) => give() ?? []);
  }

  // --- putting together ------------------------------------------------------------------------------------------------

  #gatewayStages(index: LogIndex): { readonly term: number; readonly stages: GatewayStages } | null {
    const at = this.#gateway.find(index);
    if (at === null) return null;
    const [, inTerm = 0, receivedAtMs = 0, proposedAtMs = 0, answeredAtMs = 0] = this.#gateway.numbers.subarray(at);
    return { term: inTerm, stages: { receivedAtMs, proposedAtMs, answeredAtMs } };
  }

  #leaderStages(index: LogIndex): { readonly term: number; readonly stages: LeaderStages } | null {
    const at = this.#leader.find(index);
    if (at === null) return null;
    const [, inTerm = 0, takenAtMs = 0, placedAtMs = 0, settledAtMs = 0] = this.#leader.numbers.subarray(at);
    const committed = this.#committed.firstOf(index, placedAtMs);
    const [, , committedAtMs = null, completer = -1] = numbersAt(this.#committed, committed);
    const stages = {
      takenAtMs,
      placedAtMs,
      committedAtMs,
      completedBy: this.#completers[completer] ?? null,
      settledAtMs: settledAtMs === 0 ? null : settledAtMs,
      peers: [...this.#peers].flatMap(([peer, rings]) => peerStages(peer, rings, index, placedAtMs) ?? []),
    };
    return { term: inTerm, stages };
  }

  #logStages(index: LogIndex): { readonly term: number; readonly stages: LogStages } | null {
    const at = this.#appended.newestOf(index);
    if (at === null) return null;
    const [first = 0, last = 0, appendedAtMs = 0, receivedAtMs = 0, inTerm = 0, write = 0] = numbersAt(
      this.#appended,
      at,
    );
    const ended = this.#flushEnded.firstOf(write, appendedAtMs);
    const began = this.#flushBegan.firstOf(write, appendedAtMs);
    const replied = this.#replied.firstOf(index, appendedAtMs);
    const stages = {
      receivedAtMs,
      appendedAtMs,
      batchEntries: last - first + 1,
      flushBeganAtMs: timeAt(this.#flushBegan, began),
      flushEndedAtMs: timeAt(this.#flushEnded, ended),
      repliedAtMs: timeAt(this.#replied, replied),
    };
    return { term: inTerm, stages };
  }

  #applierStages(index: LogIndex, appendedAtMs: number): ApplierStages | null {
    const at = this.#applied.firstOf(index, appendedAtMs);
    const [, , appliedAtMs, beganAtMs] = numbersAt(this.#applied, at);
    return beganAtMs === undefined || appliedAtMs === undefined ? null : { beganAtMs, appliedAtMs };
  }

  /** How long the write took that the leader has at that place, and the one that the gateway has there if it is another. */
  #durationsAt(at: number): readonly { readonly index: number; readonly durationMs: number }[] {
    const [led, asked] = [this.#leader.numbers, this.#gateway.numbers];
    const ledMs = durationIn(led, at);
    const askedMs = durationIn(asked, at);
    const isSame = led[at] === asked[at] && led[at + 1] === asked[at + 1];
    const found = (index: number | undefined, durationMs: number | null) =>
      durationMs === null ? [] : [{ index: index ?? 0, durationMs }];
    if (!isSame) return [...found(led[at], ledMs), ...found(asked[at], askedMs)];
    return found(led[at], ledMs === null ? null : Math.max(ledMs, askedMs ?? 0));
  }

  /** The write at that place is about to be forgotten. */
  #keepIfSlow(at: number, nowMs: number): void {
    const { numbers } = this.#leader;
    const settledAtMs = numbers[at + 4] ?? 0;
    const durationMs = settledAtMs === 0 ? null : (this.#durationsAt(at)[0]?.durationMs ?? null);
    if (durationMs === null || !this.#slow.wouldKeep(durationMs, settledAtMs)) return;
    // It looks through the rings, in the midst of a write: no more often than that when all are slow, but for one that is much slower.
    const isByFarTheSlowest = durationMs > byFar * this.#slow.longestMs;
    if (!isByFarTheSlowest && nowMs - this.#lookedAtMs < keepEveryMs) return;
    this.#lookedAtMs = nowMs;
    const stages = this.find(logIndex(numbers[at] ?? 0));
    if (stages !== null) this.#slow.keep({ durationMs, settledAtMs, stages });
  }

  /** Those of another peer, if there are as many as there may be: more are not made. */
  #takeOldest(): PeerRings | null {
    if (this.#peers.size < maxPeers) return null;
    for (const [oldest, rings] of this.#peers) {
      this.#peers.delete(oldest);
      rings.sent.clear();
      rings.acknowledged.clear();
      return rings;
    }
    return null;
  }

  #ringsOf(peer: NodeId): PeerRings {
    const known = this.#peers.get(peer);
    if (known !== undefined) return known;
    const rings = this.#takeOldest() ?? {
      sent: new NumberRing(this.#slots, 3),
      acknowledged: new NumberRing(this.#slots, 3),
    };
    this.#peers.set(peer, rings);
    return rings;
  }
}

/** Where the numbers of the record begin. */
function record(ring: NumberRing, first: number, last: number, atMs: number): number {
  const at = ring.next();
  ring.numbers[at] = first;
  ring.numbers[at + 1] = last;
  ring.numbers[at + 2] = atMs;
  return at;
}

/** How long leader or gateway had a write; null if it has it yet, or there is none. */
function durationIn(numbers: Float64Array, at: number): number | null {
  const settledAtMs = numbers[at + 4] ?? 0;
  return settledAtMs === 0 ? null : settledAtMs - (numbers[at + 2] ?? 0);
}

function peerStages(peer: NodeId, rings: PeerRings, index: LogIndex, placedAtMs: number): PeerStages | null {
  const sentAtMs = timeAt(rings.sent, rings.sent.firstOf(index, placedAtMs));
  if (sentAtMs === null) return null;
  return { peer, sentAtMs, heardAtMs: timeAt(rings.acknowledged, rings.acknowledged.firstOf(index, sentAtMs)) };
}

const numbersAt = (ring: NumberRing, at: number | null): Float64Array =>
  at === null ? new Float64Array() : ring.numbers.subarray(at, at + ring.width);

const timeAt = (ring: NumberRing, at: number | null): number | null =>
  at === null ? null : (ring.numbers[at + 2] ?? null);
