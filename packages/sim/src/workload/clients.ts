import type { StoreOperation, StoreOutcome } from '@quorate/checker';
import type { AttemptFailure, RequestHistory } from '@quorate/raft';
import {
  type ApiMessage,
  attemptTimeoutMs,
  type decideRetry,
  noAttempts,
  nodeTimeoutMs,
  type RequestKind,
} from '@quorate/raft';
import type { Network } from '../faults/network.ts';
import type { RandomStream } from '../host/random-stream.ts';
import type { SimulatedCluster } from '../host/simulated-cluster.ts';
import { revisionsTold } from './client-transactions.ts';
import { bodyOf, type ClientSession, placeIn, sessionRefusalIn } from './client-writes.ts';
import { drawOperation } from './draw-operation.ts';
import { drawTransaction } from './draw-transaction.ts';
import type { HistoryRecorder, OpenOperation } from './history-recorder.ts';
import { decodeAnswer, decodeResult, encodeCommand } from './plain-codec.ts';

/** What the clients of a run are like. */
export interface WorkloadOptions {
  readonly clients: number;
  readonly keys: number;
  readonly meanPauseMs: number;
  readonly timeoutMs: number;
  /** How often a client goes to the leader that it has heard of, and not to any node. */
  readonly toLeader: number;
  /** By which rule a client repeats what failed. */
  readonly decideRetry: typeof decideRetry;
  /** Draws transactions, which take the places of some compare-and-sets; null: there are none. By a stream of their own they shift nothing else that is drawn. */
  readonly transactions: RandomStream | null;
  /** Every other client writes in sessions that last so long, by log time; null: none does. */
  readonly sessionTtlMs: number | null;
}

interface Client {
  readonly place: number;
  leader: string | null;
  /** The newest revision that it has seen of each key. */
  readonly revisions: Map<string, number>;
  session: ClientSession | null;
  /** How much of what it asked was answered. */
  answered: number;
  asked: number;
}

interface Call {
  readonly client: Client;
  readonly open: OpenOperation;
  readonly operation: StoreOperation;
  /** What is sent: a write of a session gets it when it has its place there. */
  body: Uint8Array;
  /** The bytes of the attempt that is under way: copies are told apart. */
  sent: Uint8Array;
  readonly kind: RequestKind;
  /** A session has to be opened first, and that is what is under way. */
  isOpening: boolean;
  /** Of a read. */
  readonly consistency: 'linearizable' | 'readIndex';
  readonly deadlineMs: number;
  history: RequestHistory;
  /** The request that is under way; an answer to an earlier one is too late. */
  request: number;
  target: 'leader' | 'anyNode';
}

/** What may be sent again is given time for it. */
const sessionTimeoutMs = 6_000;

/** Of so many compare-and-sets the place is taken by a transaction, where there are any. */
const transactionsChance = 0.4;

/** Of so many attempts a copy arrives, and so much later at most. */
const lateCopies = 0.1;
const lateMs = 5_000;

/** Clients that read, write, delete and compare-and-set a few hot keys, or change two of them at once, and retry by the rules that the SDK has. */
export class Clients {
  readonly #cluster: SimulatedCluster;
  /** Attempts of which a node or the bus has said for certain that they were not done, and those of which a copy has arrived: none is both, for NATS itself doubles nothing. */
  readonly #notDone = new WeakSet<Uint8Array>();
  readonly #copied = new WeakSet<Uint8Array>();
  readonly #network: Network;
  readonly #random: RandomStream;
  readonly #recorder: HistoryRecorder;
  readonly #options: WorkloadOptions;
  readonly #clients: readonly Client[];
  readonly #calls = new Map<number, Call>();
  #requests = 0;
  #stopped = false;
  /** Those that have no call under way and none ahead. */
  readonly #idle: Set<Client>;

  constructor(
    options: WorkloadOptions,
    world: {
      readonly cluster: SimulatedCluster;
      readonly network: Network;
      readonly random: RandomStream;
      readonly recorder: HistoryRecorder;
    },
  ) {
    this.#options = options;
    this.#cluster = world.cluster;
    this.#network = world.network;
    this.#random = world.random;
    this.#recorder = world.recorder;
    this.#clients = Array.from({ length: options.clients }, (_, place) => ({
      place,
      leader: null,
      revisions: new Map(),
      session: null,
      answered: 0,
      asked: 0,
    }));
    this.#idle = new Set(this.#clients);
  }

  /** How many calls each client has had answered by the store. */
  get answered(): readonly number[] {
    return this.#clients.map(({ answered }) => answered);
  }

  start(): void {
    this.#stopped = false;
    for (const client of this.#idle) this.#pause(client);
    this.#idle.clear();
  }

  /** Nobody asks anything new. */
  stop(): void {
    this.#stopped = true;
  }

  /** The api of a node has an answer of its gateway. */
  onAnswer({ request, answer, leader }: ApiMessage): void {
    const delayUs = this.#network.clientUs();
    if (delayUs === null) return;
    const call = this.#calls.get(request);
    // What was applied was promised, whether or not the client hears of it.
    if (call !== undefined && answer.kind === 'result') this.#cluster.watch.acknowledged(answer.index, call.sent);
    this.#cluster.after(delayUs / 1000, 'clientAnswered', () => this.#answered(request, answer, leader));
  }

  #pause(client: Client): void {
    const pauseMs = -Math.log(1 - this.#random.next()) * this.#options.meanPauseMs;
    this.#cluster.after(pauseMs, 'clientCalls', () => this.#call(client));
  }

  #call(client: Client): void {
    if (this.#stopped) {
      this.#idle.add(client);
      return;
    }
    const place = this.#random.below(this.#options.keys);
    const operation = this.#draw(client, place);
    const key = operation.kind === 'txn' ? '' : keyAt(place);
    const body = bodyOf(key, operation);
    const kind = this.#kindOf(client, operation);
    const { timeoutMs } = this.#options;
    const call: Call = {
      client,
      open: this.#recorder.called(client.place, key, operation),
      operation,
      body,
      sent: body,
      kind,
      isOpening: false,
      consistency: this.#random.chance(0.25) ? 'readIndex' : 'linearizable',
      deadlineMs: this.#nowMs() + (kind === 'sessionWrite' ? Math.max(timeoutMs, sessionTimeoutMs) : timeoutMs),
      history: noAttempts,
      request: 0,
      target: 'anyNode',
    };
    client.asked += 1;
    this.#note(client, () => `asks: ${operationText(key, operation)}`);
    this.#begin(call);
  }

  #draw(client: Client, place: number): StoreOperation {
    const value = `c${client.place}-${client.asked}`;
    const revisionOf = (key: string): number => client.revisions.get(key) ?? 0;
    const operation = drawOperation(this.#random, revisionOf(keyAt(place)), value);
    const { transactions, keys } = this.#options;
    const isCompareAndSet = operation.kind !== 'get' && operation.ifRevision !== undefined;
    if (transactions === null || !isCompareAndSet || !transactions.chance(transactionsChance)) return operation;
    const other = keyAt((place + 1 + transactions.below(keys - 1)) % keys);
    return drawTransaction(transactions, { key: keyAt(place), other, revisionOf, value });
  }

  #kindOf({ place }: Client, { kind }: StoreOperation): RequestKind {
    if (kind === 'get') return 'read';
    return this.#options.sessionTtlMs !== null && place % 2 === 1 ? 'sessionWrite' : 'write';
  }

  /** As the SDK does: a write of a session waits until there is one, and then gets its place in it. */
  #begin(call: Call): void {
    const { client, operation, open } = call;
    const { sessionTtlMs } = this.#options;
    if (call.kind === 'sessionWrite' && operation.kind !== 'get' && sessionTtlMs !== null) {
      const { session } = client;
      call.isOpening = session === null;
      call.body =
        session === null
          ? encodeCommand({ kind: 'openSession', ttlMs: sessionTtlMs })
          : bodyOf(open.key, operation, placeIn(session));
    }
    this.#attempt(call);
  }

  #attempt(call: Call): void {
    const remainingMs = call.deadlineMs - this.#nowMs();
    const toLeader = call.client.leader !== null && this.#random.chance(this.#options.toLeader);
    const { nodes } = this.#cluster;
    const node = nodes.find(({ id }) => toLeader && id === call.client.leader) ?? this.#random.pick(nodes);
    call.target = toLeader ? 'leader' : 'anyNode';
    this.#requests += 1;
    const request = this.#requests;
    call.request = request;
    this.#calls.set(request, call);
    // Each attempt has bytes of its own: only a write that may be sent again is, and is there twice then.
    call.sent = call.kind === 'sessionWrite' ? call.body.slice() : call.body;
    const { sent } = call;
    const timeoutMs = attemptTimeoutMs(ruleOf(call), call.history, remainingMs);
    this.#cluster.after(timeoutMs, 'clientTimesOut', () => this.#fail(request, { kind: 'timedOut' }));
    if (call.kind === 'sessionWrite' && this.#random.chance(lateCopies)) this.#sendLate(sent);
    const delayUs = this.#network.clientUs();
    if (delayUs === null) return;
    this.#cluster.after(delayUs / 1000, 'clientAsks', () => {
      const given = { request, timeoutMs: nodeTimeoutMs(timeoutMs) };
      const message =
        call.kind === 'read'
          ? ({ ...anyRevision, ...given, query: sent, consistency: call.consistency } as const)
          : ({ kind: 'write', ...given, command: sent, traceparent: null } as const);
      this.#note(call.client, () => `reaches ${node.id} with ${operationText(call.open.key, call.open.operation)}`);
      if (this.#cluster.ask(node, message)) return;
      if (this.#isNotDone(sent)) this.#fail(request, { kind: 'noResponders' });
    });
  }

  /** A copy that the bus has held back: nobody waits for its answer. */
  #sendLate(sent: Uint8Array): void {
    this.#requests += 1;
    const request = this.#requests;
    this.#cluster.after(this.#random.between(0, lateMs), 'copyArrives', () => {
      if (this.#stopped || this.#notDone.has(sent)) return;
      this.#copied.add(sent);
      const given = { request, timeoutMs: 1_000, traceparent: null };
      this.#cluster.ask(this.#random.pick(this.#cluster.nodes), { kind: 'write', ...given, command: sent.slice() });
    });
  }

  /** What is said not to be done: no copy of it comes later. False if one has come: then nothing of the kind can have been said, and the attempt times out. */
  #isNotDone(sent: Uint8Array): boolean {
    if (this.#copied.has(sent)) return false;
    this.#notDone.add(sent);
    return true;
  }

  #answered(request: number, answer: ApiMessage['answer'], leader: string | null): void {
    const call = this.#calls.get(request);
    if (call === undefined) return;
    if (leader !== null) call.client.leader = leader;
    if (answer.kind === 'error') {
      const isCertain = answer.code !== 'OutcomeUnknown' && answer.code !== 'Timeout';
      if (isCertain && !this.#isNotDone(call.sent)) return;
      return this.#fail(request, { kind: 'refused', code: answer.code });
    }
    if (call.isOpening) return this.#opened(request, call, answer);
    const refusal = call.kind === 'sessionWrite' ? sessionRefusalIn(answer) : null;
    if (refusal !== null) return this.#fail(request, { kind: 'refused', code: refusal });
    const outcome = this.#outcomeOf(call, answer);
    this.#calls.delete(request);
    call.client.answered += 1;
    this.#note(
      call.client,
      () => `is answered ${operationText(call.open.key, call.open.operation)}: ${outcomeText(outcome)}`,
    );
    this.#recorder.returned(call.open, outcome);
    this.#pause(call.client);
  }

  #opened(request: number, call: Call, answer: Exclude<ApiMessage['answer'], { kind: 'error' }>): void {
    if (answer.kind !== 'result') throw new Error(`a client was answered ${answer.kind}`);
    const result = decodeResult(answer.result);
    if (result.kind !== 'openSession') throw new Error(`a session was not opened: ${result.kind}`);
    this.#calls.delete(request);
    call.client.session = { id: result.session, lastSequence: 0 };
    call.history = noAttempts;
    this.#begin(call);
  }

  #outcomeOf({ client, open }: Call, answer: Exclude<ApiMessage['answer'], { kind: 'error' }>): StoreOutcome {
    if (answer.kind === 'answer') {
      const entry = decodeAnswer(answer.answer);
      client.revisions.set(open.key, entry?.modRevision ?? 0);
      return entry === null ? { kind: 'absent' } : { kind: 'found', ...entry };
    }
    if (answer.kind !== 'result') throw new Error(`a client was answered ${answer.kind}`);
    const result = decodeResult(answer.result);
    if (result.kind === 'openSession' || result.kind === 'grantLease' || result.kind === 'done') {
      throw new Error(`a write was answered ${result.kind}`);
    }
    if (result.kind === 'txn') {
      if (open.operation.kind !== 'txn') throw new Error('a write was answered as a transaction');
      for (const [key, revision] of revisionsTold(open.operation, result)) client.revisions.set(key, revision);
      return result;
    }
    if (result.kind === 'failed') {
      client.revisions.set(open.key, result.actual);
      return { kind: 'revisionMismatch', actual: result.actual };
    }
    const { revision } = result;
    client.revisions.set(open.key, result.kind === 'put' ? revision : 0);
    if (result.kind === 'put') return { kind: 'written', revision };
    return result.deleted ? { kind: 'deleted', revision } : { kind: 'nothingDeleted', revision };
  }

  #fail(request: number, failure: AttemptFailure): void {
    const call = this.#calls.get(request);
    if (call === undefined) return;
    this.#calls.delete(request);
    const { client, target, history } = call;
    const kind = ruleOf(call);
    const remainingMs = call.deadlineMs - this.#nowMs();
    const decision = this.#options.decideRetry({ kind, target, history, remainingMs }, failure, () =>
      this.#random.next(),
    );
    if (target === 'leader') client.leader = null;
    this.#note(client, () => {
      const why = failure.kind === 'refused' ? failure.code : failure.kind;
      const what = operationText(call.open.key, call.open.operation);
      return `has no answer to ${what} (${why}): ${decision.kind === 'retry' ? 'tries again' : decision.code}`;
    });
    if (decision.kind === 'retry') {
      call.history = decision.history;
      this.#cluster.after(decision.delayMs, 'clientRetries', () => this.#attempt(call));
      return;
    }
    if (failure.kind === 'refused' && failure.code === 'SessionExpired') client.session = null;
    if (decision.code === 'SessionExpired' && remainingMs > 0) return this.#begin(call);
    if (kind !== 'read' && decision.code === 'OutcomeUnknown') this.#recorder.unknown(call.open);
    else this.#recorder.refused(call.open);
    this.#pause(client);
  }

  #note({ place }: Client, words: () => string): void {
    this.#cluster.note(() => `client ${place} ${words()}`);
  }

  #nowMs(): number {
    return this.#cluster.nowUs / 1000;
  }
}

const anyRevision = { kind: 'read', maxStalenessMs: null, minRevision: 0 } as const;

const keyAt = (place: number): string => `k${place}`;

function operationText(key: string, operation: StoreOperation): string {
  if (operation.kind === 'txn') return `transaction ${JSON.stringify(operation)}`;
  const { kind, ...details } = operation;
  const words = Object.entries(details).map(([name, value]) => (name === 'value' ? `=${value}` : ` ${name}=${value}`));
  return `${kind} ${key}${words.join('')}`;
}

function outcomeText({ kind, ...details }: StoreOutcome): string {
  if (kind === 'txn') return JSON.stringify(details);
  return [kind, ...Object.entries(details).map(([name, value]) => `${name}=${value}`)].join(' ');
}

/** By which rule it is sent again: a session may be opened twice. */
const ruleOf = ({ kind, isOpening }: Call): RequestKind => (isOpening ? 'read' : kind);
