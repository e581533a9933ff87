import type { NodeId } from '@quorate/actor';
import type { LogIndex, Term } from '../types.ts';

/**
 * Is told where the time of writes goes, at each place where one waits, on every node that has to do with it. Times are milliseconds of the node's monotonic
 * clock. All is told by plain arguments and nothing is handed over, so that whoever does not record it pays for a call, and whoever does need allocate
 * nothing. `first` to `last` are the entries of which it is true at once. It must not throw.
 */
export interface StageRecorder {
  /** The gateway has its answer, of a write that it took and first proposed to this leader then. */
  answered(index: LogIndex, term: Term, receivedAtMs: number, proposedAtMs: number, answeredAtMs: number): void;
  /** The leader gives a command its place, which it took from its mailbox then: whatever lies between was spent waiting for the batch before. */
  placed(index: LogIndex, term: Term, takenAtMs: number, placedAtMs: number): void;
  /** The log store, of a leader or a follower, has staged entries that it took from its mailbox then. `write` is the number under which the flush covers them. */
  appended(
    first: LogIndex,
    last: LogIndex,
    term: Term,
    write: number,
    receivedAtMs: number,
    appendedAtMs: number,
  ): void;
  /** The host begins to flush all writes up to that number. */
  flushBegan(written: number, atMs: number): void;
  /** They are on disk. */
  flushEnded(written: number, atMs: number): void;
  /** A replicator sends entries to its peer. */
  sent(peer: NodeId, first: LogIndex, last: LogIndex, atMs: number): void;
  /** The peer has acknowledged all up to there. */
  acknowledged(peer: NodeId, matchIndex: LogIndex, atMs: number): void;
  /** The follower acknowledges all up to there. */
  replied(matchIndex: LogIndex, atMs: number): void;
  /** The leader finds entries on a quorum, which that node has completed; it may be the leader itself. */
  committed(first: LogIndex, last: LogIndex, completedBy: NodeId, atMs: number): void;
  /** The applier has applied entries. */
  applied(first: LogIndex, last: LogIndex, beganAtMs: number, appliedAtMs: number): void;
  /** The leader knows the result of a command, and tells the gateway. */
  settled(index: LogIndex, term: Term, atMs: number): void;
}

/** Records nothing. */
export const silentStageRecorder: StageRecorder = {
  answered: () => {},
  placed: () => {},
  appended: () => {},
  flushBegan: () => {},
  flushEnded: () => {},
  sent: () => {},
  acknowledged: () => {},
  replied: () => {},
  committed: () => {},
  applied: () => {},
  settled: () => {},
};
