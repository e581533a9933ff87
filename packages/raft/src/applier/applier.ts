import type { Actor, Context } from '@quorate/actor';
import { gatewayAt, leaderAt, logStoreAt } from '../addresses.ts';
import { invariant } from '../invariant.ts';
import type { Logger, StreamPublisher } from '../ports.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { RaftSettings } from '../settings.ts';
import type { StageRecorder } from '../stages/stage-recorder.ts';
import type { AppliedEntry, StateMachine } from '../storage/state-machine.ts';
import { type LogIndex, logIndex, maxIndex, type Term } from '../types.ts';
import { AppliedTail } from './applied-tail.ts';
import type { ApplierMessage } from './messages.ts';
import { Publications } from './publications.ts';
import type { Snapshots, SnapshotsOptions } from './snapshots.ts';

type Of<Kind extends ApplierMessage['kind']> = Extract<ApplierMessage, { kind: Kind }>;

/** What an applier is made from. */
export interface ApplierOptions {
  readonly stateMachine: StateMachine;
  readonly streams: StreamPublisher;
  readonly settings: RaftSettings;
  readonly stages: StageRecorder;
  readonly logger: Logger;
  readonly snapshots: Pick<
    SnapshotsOptions,
    'files' | 'configuration' | 'time' | 'newest' | 'bytesSince' | 'isMending'
  >;
}

/** Applies what is committed and durable, each entry once and in order (Raft figure 2, rules for all servers), and answers reads from the result. */
export class Applier implements Actor<ApplierMessage> {
  readonly #context: Context<ApplierMessage>;
  readonly #stateMachine: StateMachine;
  readonly #publications: Publications;
  readonly #settings: RaftSettings;
  readonly #stages: StageRecorder;
  readonly #snapshots: Snapshots;
  readonly #tail = new AppliedTail();
  readonly #queries = new Map<number, Of<'query'>>();
  #committedIndex: LogIndex;
  #leaderTerm: Term | null = null;
  /** The reading of the log that is under way, by its number. */
  #reading: number | null = null;
  #readings = 0;

  constructor(context: Context<ApplierMessage>, options: ApplierOptions, parts: Pick<RaftParts, 'Snapshots'>) {
    this.#context = context;
    this.#stateMachine = options.stateMachine;
    this.#publications = new Publications(context, options.streams);
    this.#settings = options.settings;
    this.#stages = options.stages;
    this.#snapshots = new parts.Snapshots({ ...options.snapshots, ...options, context });
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
      case 'dueRetry':
        return this.#tellDue();
      case 'publishMore':
        return this.#publications.goOn();
      case 'takeSnapshot':
        return this.#snapshots.requested(message);
      case 'snapshotTaken':
        return this.#snapshots.snapshotTaken(message);
      case 'snapshotFailed':
        return this.#snapshots.snapshotFailed(message);
      case 'snapshotRecorded':
        return this.#snapshots.snapshotRecorded(message);
      case 'storeChunk':
        return this.#snapshots.storeChunk(message);
      case 'chunkStored':
        return this.#snapshots.chunkStored(message);
      case 'readChunk':
        return this.#snapshots.readChunk(message);
      case 'chunkRead':
        return this.#snapshots.chunkRead(message);
      case 'snapshotRetry':
        return this.#snapshots.retry();
      case 'snapshotLoaded':
        return this.#snapshotLoaded(message);
      default:
        return message satisfies never;
    }
  }

  #committed(message: Of<'committed'>): void {
    this.#committedIndex = maxIndex(this.#committedIndex, message.index);
    const tookOffice = message.leaderTerm !== null && message.leaderTerm !== this.#leaderTerm;
    this.#leaderTerm = message.leaderTerm;
    if (tookOffice) this.#publications.tookOffice(this.#tail.all);
    if (message.leaderTerm === null) this.#publications.lostOffice();
    if (this.#stateMachine.lastApplied >= message.index) this.#acknowledge();
    if (tookOffice) this.#tellDue();
    this.#readOn();
  }

  #readOn(): void {
    if (this.#reading !== null || this.#snapshots.isLoading || this.#stateMachine.lastApplied >= this.#committedIndex)
      return;
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
    if (message.request !== this.#reading || this.#snapshots.isLoading) return;
    this.#reading = null;
    this.#context.stopTimer('retry');
    const [first] = message.entries;
    if (first === undefined) return;
    const { lastApplied } = this.#stateMachine;
    // The log begins after a snapshot that is still to be loaded: the word of it is on its way, and is repeated.
    if (message.firstIndex > lastApplied + 1) return;
    invariant(first.index === lastApplied + 1, () => `entry ${first.index} was given to apply after ${lastApplied}`);
    const entries = this.#snapshots.upToNext(message.entries);
    const beganAtMs = this.#context.now();
    const applied = this.#stateMachine.apply(entries);
    this.#stages.applied(first.index, this.#stateMachine.lastApplied, beganAtMs, this.#context.now());
    this.#snapshots.applied(entries);
    this.#tail.push(applied);
    this.#acknowledge();
    if (this.#leaderTerm !== null) {
      this.#tellLeader(applied);
      this.#publications.applied(applied);
      this.#tellDue();
    }
    this.#answerQueries();
    this.#readOn();
  }

  #snapshotLoaded(message: Of<'snapshotLoaded'>): void {
    if (!this.#snapshots.snapshotLoaded(message)) return;
    this.#reading = null;
    this.#tail.clear();
    this.#committedIndex = maxIndex(this.#committedIndex, this.#stateMachine.lastApplied);
    this.#acknowledge();
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

  /** Said again and again while this node leads: whether it is time yet the leader knows, whose log time it is. */
  #tellDue(): void {
    const logTimeMs = this.#leaderTerm === null ? null : this.#stateMachine.dueAtLogTimeMs;
    if (logTimeMs === null) return;
    this.#context.startTimer('dueRetry', this.#settings.heartbeatIntervalMs, { kind: 'dueRetry' });
    const { lastApplied } = this.#stateMachine;
    this.#context.send(leaderAt(this.#context.self), { kind: 'due', logTimeMs, lastApplied });
  }

  #query(message: Of<'query'>): void {
    if (this.#answer(message)) return;
    this.#queries.set(message.request, message);
    if (this.#isReadable(message)) this.#tellNotYet(message);
  }

  #answerQueries(): void {
    for (const [request, query] of this.#queries) if (this.#answer(query)) this.#queries.delete(request);
  }

  #isReadable({ atIndex }: Of<'query'>): boolean {
    return this.#stateMachine.lastApplied >= atIndex && !this.#snapshots.isLoading;
  }

  /** Answers a query, if the state does; and one that the state never will. */
  #answer(query: Of<'query'>): boolean {
    if (!this.#isReadable(query)) return false;
    if (this.#stateMachine.revision < query.minRevision) {
      if (query.isFinal) this.#tellNotYet(query);
      return query.isFinal;
    }
    const answer = this.#stateMachine.query(query.query);
    this.#context.send(gatewayAt(this.#context.self), { kind: 'queryAnswer', request: query.request, answer });
    return true;
  }

  #tellNotYet({ request, isFinal }: Of<'query'>): void {
    const { revision } = this.#stateMachine;
    this.#context.send(gatewayAt(this.#context.self), { kind: 'queryNotYet', request, isFinal, revision });
  }

  #describe(request: number): void {
    const part = { actor: 'applier', lastApplied: this.#stateMachine.lastApplied } as const;
    this.#context.send(gatewayAt(this.#context.self), { kind: 'described', request, part });
  }
}
