import type { Sender } from '@quorate/actor';
import type { ProposalOutcome } from '../gateway/messages.ts';
import type { CommitSpan } from '../ports.ts';
import type { StageRecorder } from '../stages/stage-recorder.ts';
import { entryBytes } from '../storage/entry-bytes.ts';
import { type EntryTime, type LogEntry, type LogIndex, logIndex, type Term } from '../types.ts';
import type { EntryClock } from './entry-clock.ts';

/** What is to have a place in the log: a command that a gateway has handed to this leader, a configuration, or a no-op that brings the time. */
export interface Proposal {
  readonly sequence: number;
  /** Null if it is the leader's own. */
  readonly from: Sender | null;
  readonly kind: 'command' | 'configuration' | 'noop';
  command: Uint8Array;
  readonly span: CommitSpan | null;
  /** When the leader took it from its mailbox; of a command. */
  readonly takenAtMs: number | null;
  /** Its place in the log, once it has one. */
  index: LogIndex | null;
  outcome: ProposalOutcome | null;
}

/** A configuration that is to be proposed, for whoever asked for it; null for the leader itself. What it says is planned later. */
export const configurationProposal = (from: Sender | null, sequence: number): Proposal => ({
  sequence,
  from,
  kind: 'configuration',
  command: new Uint8Array(),
  span: null,
  takenAtMs: null,
  index: null,
  outcome: null,
});

/** A no-op that is to be proposed because the state machine wants to be told the time. */
export const noopProposal = (): Proposal => ({ ...configurationProposal(null, 0), kind: 'noop' });

/** What a gateway has proposed, by sequence; below the floor it waits for nothing. */
interface Asker {
  floor: number;
  /** What is not known up to here was refused, and is not to be taken if it comes again. */
  refusedUpTo: number;
  readonly proposals: Map<number, Proposal>;
}

/** How much one append may hold. */
export interface BatchLimit {
  readonly maxBatchEntries: number;
  readonly maxBatchBytes: number;
}

/** Where and when the next entries get their places. */
export interface EntryPlace {
  readonly lastLogIndex: LogIndex;
  readonly term: Term;
  readonly clock: Pick<EntryClock, 'look' | 'next'>;
  readonly stages: StageRecorder;
  readonly nowMs: number;
}

/**
 * The proposals of one leadership: each (storageId, incarnation, sequence) is taken once, so that a gateway may ask again
 * when an answer is lost; those that wait for a place in the log; and those that wait for the applier.
 */
export class Proposals {
  readonly #askers = new Map<string, Asker>();
  #waiting: Proposal[] = [];
  readonly #placed = new Map<LogIndex, Proposal>();

  /** The proposal that these name, if it was taken before. `belowFloor` if its asker has given it up, `overloaded` if there was no room for it. */
  find(from: Sender, sequence: number): Proposal | 'belowFloor' | 'overloaded' | null {
    const asker = this.#askers.get(keyOf(from));
    if (asker === undefined) return null;
    if (sequence < asker.floor) return 'belowFloor';
    return asker.proposals.get(sequence) ?? (sequence <= asker.refusedUpTo ? 'overloaded' : null);
  }

  /**
   * There is no room for a proposal. A copy of it that comes later must not be taken either: its asker may have proposed the command again by then. Nothing is
   * kept of each, for there may be very many; so one before it that comes after it is refused too, which does no harm.
   */
  refuse(from: Sender, sequence: number): void {
    const asker = this.#askerOf(from);
    asker.refusedUpTo = Math.max(asker.refusedUpTo, sequence);
  }

  /** Takes a proposal that `find` did not know; it waits for a place from now on. */
  take(from: Sender, proposal: Proposal): void {
    this.note(from, proposal);
    this.enqueue(proposal);
  }

  /** Notes a proposal, so that it is known when it comes again. */
  note(from: Sender, proposal: Proposal): void {
    this.#askerOf(from).proposals.set(proposal.sequence, proposal);
  }

  /** It waits for a place. */
  enqueue(proposal: Proposal): void {
    this.#waiting.push(proposal);
  }

  /** The asker waits for nothing below `floor`: answers that were kept for it can go. */
  raiseFloor(from: Sender, floor: number): void {
    const asker = this.#askers.get(keyOf(from));
    if (asker === undefined || floor <= asker.floor) return;
    asker.floor = floor;
    for (const [sequence, proposal] of asker.proposals) {
      if (sequence < floor && proposal.outcome !== null) asker.proposals.delete(sequence);
    }
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Gives the next waiting proposals their places after `lastLogIndex`, within the limit, one at least. */
  place({ lastLogIndex, term, clock, stages, nowMs }: EntryPlace, limit: BatchLimit): readonly LogEntry[] {
    const entries: LogEntry[] = [];
    let bytes = 0;
    clock.look();
    for (const proposal of this.#waiting) {
      bytes += entryBytes(proposal);
      if (entries.length > 0 && (entries.length >= limit.maxBatchEntries || bytes > limit.maxBatchBytes)) break;
      const index = logIndex(lastLogIndex + entries.length + 1);
      proposal.index = index;
      proposal.span?.appended(index, term);
      if (proposal.takenAtMs !== null) stages.placed(index, term, proposal.takenAtMs, nowMs);
      this.#placed.set(index, proposal);
      entries.push(entryOf(proposal, index, term, clock.next()));
    }
    this.#waiting = this.#waiting.slice(entries.length);
    return entries;
  }

  /** The commands that have no place yet: they are not to get one from this leader. */
  withdraw(): readonly Proposal[] {
    const withdrawn = this.#waiting.filter(({ kind }) => kind === 'command');
    this.#waiting = this.#waiting.filter(({ kind }) => kind !== 'command');
    return withdrawn;
  }

  /** The proposal at that place, and forgets the place: it is settled. */
  settle(index: LogIndex): Proposal | null {
    const proposal = this.#placed.get(index) ?? null;
    this.#placed.delete(index);
    return proposal;
  }

  /** The first place that waits for the applier; null if none does. */
  get firstPlaced(): LogIndex | null {
    for (const index of this.#placed.keys()) return index;
    return null;
  }

  /** Tells every proposal between the two indexes that it is on a quorum. */
  markCommitted(fromIndex: LogIndex, toIndex: LogIndex): void {
    for (let index = fromIndex; index <= toIndex; index = logIndex(index + 1)) {
      this.#placed.get(index)?.span?.committed();
    }
  }

  /** Everything unsettled, for a leader that stops: what had no place was never proposed, what had one may yet be committed. */
  unsettled(): { readonly waiting: readonly Proposal[]; readonly placed: readonly Proposal[] } {
    return { waiting: this.#waiting, placed: [...this.#placed.values()] };
  }

  #askerOf(from: Sender): Asker {
    const key = keyOf(from);
    const asker = this.#askers.get(key) ?? { floor: 0, refusedUpTo: -1, proposals: new Map() };
    this.#askers.set(key, asker);
    return asker;
  }
}

const keyOf = (from: Sender): string => `${from.storageId}/${from.incarnation}`;

function entryOf(proposal: Proposal, index: LogIndex, term: Term, time: EntryTime): LogEntry {
  const { kind, command } = proposal;
  const entry = { term, index, kind, command, ...time } as const;
  const traceparent = proposal.span?.traceparent ?? null;
  return traceparent === null ? entry : { ...entry, fields: { traceparent } };
}
