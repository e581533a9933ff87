import type { LogEntry, LogIndex, Term } from '../types.ts';

/** What became of one entry. */
export interface AppliedEntry {
  readonly entry: LogEntry;
  /** What the caller gets, encoded by the state machine; empty for a no-op. */
  readonly result: Uint8Array;
  /** How many notices there are. */
  readonly noticeCount: number;
  /** What subscribers of the state machine's own stream get for it. Made when it is asked for: most nodes publish nothing. */
  notices(): readonly StreamNotice[];
}

/** A message on a stream of the state machine's own, such as `changes`. */
export interface StreamNotice {
  /** Subject tokens after the stream's name, already encoded. */
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * What the group agrees on. It is deterministic: the same entries give the same results on every node.
 * Entries come in order, each once, and lastApplied is kept in the same transaction as what they changed.
 */
export interface StateMachine {
  readonly lastApplied: LogIndex;
  readonly lastAppliedTerm: Term;
  /** How many changes it has made: a reader may want a state that has made so many. Never goes back, and is the same on every node after the same entry. */
  readonly revision: number;
  /**
   * By log time: a no-op is wanted then, for something in the state ends by time alone; null if nothing does. The leader sees to it, and asks again if it is
   * still due after one.
   */
  readonly dueAtLogTimeMs: number | null;
  /** Applies entries that continue at lastApplied + 1, all in one transaction. No-ops and configurations are passed too. */
  apply(entries: readonly LogEntry[]): readonly AppliedEntry[];
  /** Answers a query from the state as applied. What is wrong with a query is an answer too: this does not throw for it. */
  query(query: Uint8Array): Uint8Array;
}
