import { applierAt } from '../addresses.ts';
import { momentOf } from '../moment.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { RaftSettings } from '../settings.ts';
import type { LogIndex } from '../types.ts';
import type { Read } from './client-request.ts';
import type { Freshness, FreshnessProof } from './freshness.ts';
import type { GatewayPartOptions } from './gateway-part.ts';
import type { GatewayAnswer, GatewayMessage } from './messages.ts';
import type { ReadIndexQuestions } from './read-index-questions.ts';

type Of<Kind extends GatewayMessage['kind']> = Extract<GatewayMessage, { kind: Kind }>;

/** The classes that reads are put together from. */
export type ReadParts = Pick<RaftParts, 'ReadIndexQuestions' | 'Freshness'>;

/** What a gateway does with its clients' reads: it finds out from which index on the own state answers them, and asks the applier. */
export class Reads {
  readonly #options: GatewayPartOptions;
  readonly #freshness: Freshness;
  /** To leaders that may answer from their lease, and to those that must ask a quorum. */
  readonly #leased: ReadIndexQuestions;
  readonly #confirmed: ReadIndexQuestions;
  /** Those that wait for a proof, or for the leader. */
  readonly #bounded = new Set<number>();

  constructor(options: GatewayPartOptions, { maxClockDrift }: RaftSettings, parts: ReadParts) {
    this.#options = options;
    this.#freshness = new parts.Freshness(maxClockDrift);
    this.#leased = new parts.ReadIndexQuestions({ ...options, mayUseLease: true });
    this.#confirmed = new parts.ReadIndexQuestions({ ...options, mayUseLease: false });
  }

  /** Takes a read as far as it can go now. Safe to repeat. */
  advance(id: number, read: Read): void {
    if (read.readIndex === null) {
      read.readIndex = this.#provenIndex(read);
      if (read.readIndex !== null) read.span?.indexKnown('proof');
    }
    if (read.readIndex !== null) return this.#query(id, read, read.readIndex);
    if (read.message.consistency === 'bounded') this.#bounded.add(id);
    this.#askFor(id, read);
  }

  /** A request of another kind, or a read, needs an index that the leader gives. */
  askIndex(id: number, traceparent: string | null = null): void {
    this.#leased.add(id, this.#options.known(), traceparent);
  }

  /** Asks the leader again for all that wait, if that is due. */
  ask(): void {
    const known = this.#options.known();
    this.#leased.ask(known);
    this.#confirmed.ask(known);
  }

  /** Whether a leader has left someone without an answer for long, or none is known. */
  isOverdue(nowMs: number): boolean {
    return this.#leased.isOverdue(nowMs) || this.#confirmed.isOverdue(nowMs);
  }

  /** A leader has answered. The index, and the requests that it is for. */
  indexGiven(message: Of<'readIndexReply'>): {
    readonly readIndex: LogIndex;
    readonly requests: readonly number[];
  } | null {
    const known = this.#options.known();
    const answer = this.#leased.answered(message, known) ?? this.#confirmed.answered(message, known);
    if (answer === null) return null;
    for (const id of answer.requests) this.#bounded.delete(id);
    this.proven({ asOf: answer.askedAt, readIndex: answer.readIndex });
    return answer;
  }

  /** A leader has proven how fresh a state is that has applied so far. */
  proven(proof: FreshnessProof): void {
    this.#freshness.prove(proof);
    for (const id of this.#bounded) {
      const request = this.#options.requestOf(id);
      if (request?.kind !== 'read' || this.#provenIndex(request) === null) continue;
      this.close(id);
      this.advance(id, request);
    }
  }

  /** The state that was asked has not reached the revision that the read wants. */
  notYet({ request: id, isFinal, revision }: Of<'queryNotYet'>): void {
    const { requestOf, answer } = this.#options;
    const read = requestOf(id);
    if (read?.kind !== 'read') return;
    read.reachedRevision = revision;
    if (isFinal) return answer(id, { kind: 'revisionMissing', code: 'RevisionNotWritten', revision });
    // Either it is still to come here, or nobody has written it: the leader's index tells the two apart. The applier keeps the query meanwhile.
    if (!read.isConfirmed) this.#askFor(id, read);
  }

  /** What a read is told at its deadline; nobody waits for it any more. */
  expire(id: number, { message, readIndex, reachedRevision: revision }: Read): GatewayAnswer {
    const { context, known } = this.#options;
    context.send(applierAt(context.self), { kind: 'forget', request: id });
    const isOfThisNode = message.consistency === 'bounded' || message.consistency === 'local';
    if (isOfThisNode && revision !== null) return { kind: 'revisionMissing', code: 'NotYetApplied', revision };
    if (message.consistency === 'bounded') {
      return { kind: 'tooStale', stalenessMs: this.#freshness.stalenessMs(momentOf(context)) };
    }
    if (readIndex === null && known().leader === null) {
      return { kind: 'error', code: 'NoLeader', message: 'no leader took the request in time; nothing was written' };
    }
    return { kind: 'error', code: 'Timeout', message: 'no answer in time' };
  }

  /** A request waits for no index any more. */
  close(id: number): void {
    this.#leased.remove(id);
    this.#confirmed.remove(id);
    this.#bounded.delete(id);
  }

  #provenIndex({ message: { consistency, maxStalenessMs } }: Read): LogIndex | null {
    if (consistency !== 'bounded' || maxStalenessMs === null) return null;
    return this.#freshness.readIndexWithin(maxStalenessMs, momentOf(this.#options.context));
  }

  #askFor(id: number, { message, span }: Read): void {
    const traceparent = span?.traceparent ?? null;
    if (message.consistency === 'readIndex') this.#confirmed.add(id, this.#options.known(), traceparent);
    else this.askIndex(id, traceparent);
  }

  #query(id: number, read: Read, atIndex: LogIndex): void {
    const { context } = this.#options;
    const { query, minRevision } = read.message;
    read.queriedAtMs = context.now();
    read.span?.queried();
    const { isConfirmed: isFinal } = read;
    context.send(applierAt(context.self), { kind: 'query', request: id, atIndex, minRevision, isFinal, query });
  }
}
