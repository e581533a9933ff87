import type { Context } from '@quorate/actor';
import { logStoreAt } from '../addresses.ts';
import { invariant } from '../invariant.ts';
import { type LeaderToken, type LogEntry, type LogIndex, logIndex } from '../types.ts';
import type { LeaderMessage } from './messages.ts';

type Of<Kind extends LeaderMessage['kind']> = Extract<LeaderMessage, { kind: Kind }>;

/** What the end is known with. */
export interface LogEndOptions {
  readonly context: Context<LeaderMessage>;
  readonly token: LeaderToken;
  /** Where the log ended when office was taken. */
  readonly lastLogIndex: LogIndex;
}

/** Entries that are to follow that place. */
interface Append {
  readonly prevLogIndex: LogIndex;
  readonly entries: readonly LogEntry[];
}

/** The end of the leader's log. One append at a time is with the log store, and is sent again until the store has answered. */
export class LogEnd {
  readonly #context: Context<LeaderMessage>;
  readonly #token: LeaderToken;
  #lastLogIndex: LogIndex;
  #appending: Append | null = null;

  constructor({ context, token, lastLogIndex }: LogEndOptions) {
    this.#context = context;
    this.#token = token;
    this.#lastLogIndex = lastLogIndex;
  }

  /** Where the log ends. */
  get lastLogIndex(): LogIndex {
    return this.#lastLogIndex;
  }

  /** Where it ends with the append that is under way. */
  get plannedIndex(): LogIndex {
    return this.#appending === null ? this.#lastLogIndex : endOf(this.#appending);
  }

  /** Whether an append is not answered yet: another has to wait. */
  get isAppending(): boolean {
    return this.#appending !== null;
  }

  append(entries: readonly LogEntry[]): void {
    this.#appending = { prevLogIndex: this.#lastLogIndex, entries };
    this.send();
  }

  /** Asks the log store, once more if it was asked before: the message may be lost. */
  send(): void {
    if (this.#appending === null) return;
    this.#context.send(logStoreAt(this.#context.self), { kind: 'append', token: this.#token, ...this.#appending });
  }

  /** The log store has answered. Whether the append is done. */
  appended({ lastLogIndex }: Of<'appended'>): boolean {
    if (this.#appending === null) return false;
    const end = endOf(this.#appending);
    if (lastLogIndex < end) return false;
    invariant(lastLogIndex === end, () => `the log ends at ${lastLogIndex} after an append up to ${end}`);
    this.#lastLogIndex = end;
    this.#appending = null;
    return true;
  }
}

const endOf = ({ prevLogIndex, entries }: Append): LogIndex => logIndex(prevLogIndex + entries.length);
