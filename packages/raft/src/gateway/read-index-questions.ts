import type { Context } from '@quorate/actor';
import { leaderAt } from '../addresses.ts';
import { type Moment, momentOf } from '../moment.ts';
import type { LogIndex, Term } from '../types.ts';
import type { KnownLeader } from './known-leader.ts';
import type { GatewayMessage } from './messages.ts';

type Of<Kind extends GatewayMessage['kind']> = Extract<GatewayMessage, { kind: Kind }>;

/** After how long an unanswered question is asked again. */
export const askAgainMs = 100;

/** What questions are asked with. */
export interface ReadIndexQuestionsOptions {
  readonly context: Context<GatewayMessage>;
  /** Whether the leader may answer from its lease. */
  readonly mayUseLease: boolean;
  /** Numbers the questions of a gateway. */
  readonly nextSequence: () => number;
}

/** One question, for all requests that waited when it was asked. */
interface Question {
  readonly sequence: number;
  readonly term: Term;
  readonly askedAt: Moment;
  readonly requests: ReadonlySet<number>;
}

/** What a leader has answered. */
export interface ReadIndexAnswer {
  readonly readIndex: LogIndex;
  readonly askedAt: Moment;
  /** The requests that it is for. */
  readonly requests: readonly number[];
}

/**
 * Asks the leader from which index on reads may be answered (dissertation §6.4), many reads with one question. One is open at a time: what comes
 * meanwhile shares the next, because an answer proves nothing for a read that came after its question.
 */
export class ReadIndexQuestions {
  readonly #options: ReadIndexQuestionsOptions;
  readonly #waiting = new Set<number>();
  /** Of the first that is sampled, of those that have come since the last question. */
  #traceparent: string | null = null;
  /** Those that are not answered, oldest first: more than one if the first was long without an answer, which may still come. */
  #open: readonly Question[] = [];

  constructor(options: ReadIndexQuestionsOptions) {
    this.#options = options;
  }

  /** A request waits for an index, from now on; in that trace, if it is sampled. */
  add(request: number, known: KnownLeader, traceparent: string | null = null): void {
    this.#waiting.add(request);
    this.#traceparent ??= traceparent;
    this.ask(known);
  }

  /** A request waits no more. */
  remove(request: number): void {
    this.#waiting.delete(request);
  }

  /** Asks for all that wait, unless that leader was asked a moment ago. */
  ask({ leader, term }: KnownLeader): void {
    if (this.#waiting.size === 0 || leader === null) return;
    const { context, mayUseLease, nextSequence } = this.#options;
    const askedAt = momentOf(context);
    const ofTerm = this.#open.filter((question) => question.term === term);
    const newest = ofTerm.at(-1);
    if (newest !== undefined && askedAt.clockMs - newest.askedAt.clockMs < askAgainMs) return;
    const question = { sequence: nextSequence(), term, askedAt, requests: new Set(this.#waiting) };
    this.#open = [...ofTerm, question];
    const traced = this.#traceparent === null ? {} : { traceparent: this.#traceparent };
    this.#traceparent = null;
    const ask = { kind: 'readIndex', term, sequence: question.sequence, mayUseLease, ...traced } as const;
    context.send(leaderAt({ node: leader, group: context.self.group }), ask);
  }

  /** An answer has come; null if it is to no question that is open, or names no index. What still waits is asked for. */
  answered({ sequence, readIndex }: Of<'readIndexReply'>, known: KnownLeader): ReadIndexAnswer | null {
    const question = this.#open.find((open) => open.sequence === sequence);
    if (question === undefined || readIndex === null) return null;
    const requests = [...question.requests].filter((request) => this.#waiting.delete(request));
    this.#open = this.#open.filter((open) => open.sequence > sequence);
    this.ask(known);
    return { readIndex, askedAt: question.askedAt, requests };
  }

  /** Whether someone waits, and has for long. */
  isOverdue(nowMs: number): boolean {
    if (this.#waiting.size === 0) return false;
    const newest = this.#open.at(-1);
    return newest === undefined || nowMs - newest.askedAt.clockMs >= askAgainMs;
  }
}
