import type { Context } from '@quorate/actor';
import { logStoreAt } from '../addresses.ts';
import type { LeaderToken, LogIndex } from '../types.ts';
import type { LeaderMessage } from './messages.ts';
import type { UncommittedBytes } from './uncommitted-bytes.ts';

type Of<Kind extends LeaderMessage['kind']> = Extract<LeaderMessage, { kind: Kind }>;

/** What the count is made with. */
export interface InheritedTailOptions {
  readonly context: Context<LeaderMessage>;
  readonly token: LeaderToken;
  readonly uncommitted: UncommittedBytes;
  readonly maxUncommittedBytes: number;
  /** Where the log ended when office was taken. */
  readonly lastLogIndex: LogIndex;
  /** How long an answer is waited for. */
  readonly repeatMs: number;
}

/**
 * Counts what earlier leaders left uncommitted, a page of the log at a time. Between two of them the node gets to its timers and sockets: a new leader
 * that first read all of a long tail would be silent for so long that its followers campaign. Until all is counted nothing of its clients' gets a place in the
 * log, or tails would grow from term to term.
 */
export class InheritedTail {
  readonly #options: InheritedTailOptions;
  #bytes = 0;
  #countedThrough: LogIndex;
  #isOver = false;

  constructor(options: InheritedTailOptions, { uncommittedBytes, countedThrough }: Of<'leadershipGranted'>) {
    this.#options = options;
    this.#countedThrough = countedThrough;
    this.#add(uncommittedBytes, countedThrough);
  }

  /** Whether it is known how much is left of the room for commands. */
  get isCounted(): boolean {
    return this.#isOver;
  }

  /** Asks for the next page, and again until it has come. */
  ask(): void {
    const { context, token, repeatMs } = this.#options;
    if (this.#isOver) return;
    context.send(logStoreAt(context.self), { kind: 'countUncommitted', token, after: this.#countedThrough });
    context.startTimer('tail', repeatMs, { kind: 'tailDue' });
  }

  counted({ after, uncommittedBytes, countedThrough }: Of<'uncommittedCounted'>): void {
    if (this.#isOver || after !== this.#countedThrough) return;
    this.#add(uncommittedBytes, countedThrough);
  }

  /** All of it is committed, and counts no more. */
  committed(): void {
    this.#isOver = true;
  }

  #add(uncommittedBytes: number, countedThrough: LogIndex): void {
    const { context, uncommitted, maxUncommittedBytes, lastLogIndex } = this.#options;
    this.#bytes += uncommittedBytes;
    this.#countedThrough = countedThrough;
    uncommitted.inherit(this.#bytes);
    // Once there is no room anyway the rest makes no difference.
    this.#isOver = countedThrough >= lastLogIndex || this.#bytes > maxUncommittedBytes;
    if (this.#isOver) context.stopTimer('tail');
    else context.startTimer('tail', 0, { kind: 'tailDue' });
  }
}
