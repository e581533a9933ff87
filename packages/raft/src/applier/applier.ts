import type { Actor, Context } from '@quorate/actor';
import { gatewayAt, leaderAt, logStoreAt } from '../addresses.ts';
import { invariant } from '../invariant.ts';
import type { StreamPublisher } from '../ports.ts';
import type { RaftSettings } from '../settings.ts';
import type { AppliedEntry, StateMachine } from '../storage/state-machine.ts';
import { type LogIndex, logIndex, maxIndex, type Term } from '../types.ts';
import { AppliedTail } from './applied-tail.ts';
import type { ApplierMessage } from './messages.ts';

type Of<Kind extends ApplierMessage['kind']> = Extract<ApplierMessage, { kind: Kind }>;

/** What an applier is made from. */
export interface ApplierOptions {
  readonly stateMachine: StateMachine;
  readonly streams: StreamPublisher;
  readonly settings: RaftSettings;
}

/** Applies what is committed and durable, each entry once and in order (Raft figure 2, rules for all servers), and answers reads from the result. */
export class Applier implements Actor<ApplierMessage> {
  readonly #context: Context<ApplierMessage>;
  readonly #stateMachine: StateMachine;
  readonly #streams: StreamPublisher;
  readonly #settings: RaftSettings;
  readonly #tail = new AppliedTail();
  readonly #queries = new Map<number, Of<'query'>>();
  #committedIndex: LogIndex;
  #leaderTerm: Term | null = null;
  /** The reading of the log that is under way, by its number. */
  #reading: number | null = null;
  #readings = 0;

  constructor(context: Context<ApplierMessage>, options: ApplierOptions) {
    this.#context = context;
    this.#stateMachine = options.stateMachine;
    this.#streams = options.streams;
    this.#settings = options.settings;
    this.#committedIndex = options.stateMachine.lastApplied;
  }

  receive(message: ApplierMessage): void {
    switch (message.kind) {
      case 'committed':
        return this.#committed(message);
      case 'committedEntries':
        return this.#committedEntries(message);
      case 'query':
        return this.#query(message);
      case 'forget':
        this.#queries.delete(message.request);
        return;
      case 'askResults':
        return this.#tellLeader(this.#tail.between(message.fromIndex, message.toIndex));
      case 'describe':
        return this.#describe(message.request);
      case 'retry':
        this.#reading = null;
        return this.#readOn();
      default:
        return message satisfies never;
    }
  }

  #committed(message: Of<'committed'>): void {
    this.#committedIndex = maxIndex(this.#committedIndex, message.index);
    const tookOffice = message.leaderTerm !== null && message.leaderTerm !== this.#leaderTerm;
    this.#leaderTerm = message.leaderTerm;
    // The leader before may have died between applying and telling.
    if (tookOffice && this.#tail.all.length > 0) this.#streams.publish(this.#tail.all);
    if (this.#stateMachine.lastApplied >= message.index) this.#acknowledge();
    this.#readOn();
  }

  #readOn(): void {
    if (this.#reading !== null || this.#stateMachine.lastApplied >= this.#committedIndex) return;
    this.#readings += 1;
    this.#reading = this.#readings;
    this.#context.startTimer('retry', 2 * this.#settings.heartbeatIntervalMs, { kind: 'retry' });
    this.#context.send(logStoreAt(this.#context.self), {
      kind: 'readCommitted',
      reader: 'applier',
      request: this.#readings,
      fromIndex: logIndex(this.#stateMachine.lastApplied + 1),
      maxEntries: this.#settings.maxBatchEntries,
      maxBytes: this.#settings.maxBatchBytes,
    });
  }

  #committedEntries(message: Of<'committedEntries'>): void {
    if (message.request !== this.#reading) return;
    this.#reading = null;
    this.#context.stopTimer('retry');
    const [first] = message.entries;
    if (first === undefined) return;
    const { lastApplied } = this.#stateMachine;
    invariant(first.index === lastApplied + 1, () => `entry ${first.index} was given to apply after ${lastApplied}`);
    const applied = this.#stateMachine.apply(message.entries);
    this.#tail.push(applied);
    this.#acknowledge();
    if (this.#leaderTerm !== null) {
      this.#tellLeader(applied);
      this.#streams.publish(applied);
    }
    this.#answerQueries();
    this.#readOn();
  }

  #acknowledge(): void {
    const applied = { kind: 'applied', index: this.#stateMachine.lastApplied } as const;
    this.#context.send(logStoreAt(this.#context.self), applied);
  }

  #tellLeader(applied: readonly AppliedEntry[]): void {
    if (applied.length === 0) return;
    const results = applied.map(({ entry, result }) => ({ index: entry.index, term: entry.term, result }));
    this.#context.send(leaderAt(this.#context.self), { kind: 'applied', results });
  }

  #query(message: Of<'query'>): void {
    if (this.#stateMachine.lastApplied >= message.atIndex) this.#answer(message);
    else this.#queries.set(message.request, message);
  }

  #answerQueries(): void {
    for (const [request, query] of this.#queries) {
      if (query.atIndex > this.#stateMachine.lastApplied) continue;
      this.#queries.delete(request);
      this.#answer(query);
    }
  }

  #answer(query: Of<'query'>): void {
    const answer = this.#stateMachine.query(query.query);
    this.#context.send(gatewayAt(this.#context.self), { kind: 'queryAnswer', request: query.request, answer });
  }

  #describe(request: number): void {
    const part = { actor: 'applier', lastApplied: this.#stateMachine.lastApplied } as const;
    this.#context.send(gatewayAt(this.#context.self), { kind: 'described', request, part });
  }
}
