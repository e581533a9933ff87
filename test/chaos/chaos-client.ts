import { setTimeout as after } from 'node:timers/promises';
import type { ConfigStoreOperation, ConfigStoreOutcome } from '@quorate/checker';
import { QuorateError, RevisionMismatch, type Store } from '@quorate/client';
import { drawOperation, type HistoryRecorder, type RandomStream } from '@quorate/sim';
import type { Journal } from './journal.ts';
import { Violation } from './violation.ts';

/** What a client is made from. */
export interface ChaosClientOptions {
  readonly place: number;
  readonly store: Store;
  readonly random: RandomStream;
  readonly recorder: HistoryRecorder;
  readonly journal: Journal;
  readonly meanPauseMs: number;
  /** Only reads, each time of a node by its name: no write whose answer is lost ever holds it up, so that it is there when a node is behind. */
  readonly isReader: boolean;
  /** The nodes that it asks by name, if it is no reader now and then. */
  readonly nodes: readonly string[];
  /** The keys of the moment. */
  readonly keys: () => readonly string[];
}

/** A write and what its caller was told of it. */
export interface WriteAttempt {
  readonly key: string;
  /** Null for a delete. */
  readonly value: string | null;
  /** `made`: acknowledged. `refused`: its condition did not hold. `notMade`: certainly proposed to no leader. */
  readonly outcome: 'made' | 'refused' | 'notMade' | 'unknown';
}

/** What became of a client's calls. */
export interface CallCounts {
  /** The store answered. A condition that did not hold is an answer. */
  readonly ok: number;
  /** Of these, writes that were acknowledged. */
  readonly written: number;
  /** Certainly not done. */
  readonly failed: number;
  readonly unknown: number;
}

/** What the SDK promises of a write that failed so: nothing was changed. */
const notMadeCodes: ReadonlySet<string> = new Set(['NoLeader', 'Unavailable', 'Timeout']);
const readFailures: ReadonlySet<string> = new Set(['NoLeader', 'Unavailable', 'Timeout']);

type Answer =
  | { readonly kind: 'told'; readonly outcome: ConfigStoreOutcome }
  | { readonly kind: 'failed' | 'unknown'; readonly code: string };

/** Reads, writes, deletes, and compares and sets, one call after the other, and has everything recorded. */
export class ChaosClient {
  readonly writes: WriteAttempt[] = [];
  readonly #options: ChaosClientOptions;
  /** The newest revision that it has seen of each key. */
  readonly #revisions = new Map<string, number>();
  readonly #counts = { ok: 0, written: 0, failed: 0, unknown: 0 };
  #asked = 0;

  constructor(options: ChaosClientOptions) {
    this.#options = options;
  }

  get counts(): CallCounts {
    return this.#counts;
  }

  /** Calls until the signal, and ends the call that is under way then. @throws {Violation} if it is told what the SDK never says */
  async run(signal: AbortSignal): Promise<void> {
    const { random, meanPauseMs, keys } = this.#options;
    while (!signal.aborted) {
      const pauseMs = -Math.log(1 - random.next()) * meanPauseMs;
      await after(pauseMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.#call(random.pick(keys()));
    }
  }

  async #call(key: string): Promise<void> {
    const { place, random, recorder, journal, nodes, isReader } = this.#options;
    this.#asked += 1;
    const value = `c${place}-${this.#asked}`;
    const operation: ConfigStoreOperation = isReader
      ? { kind: 'get' }
      : drawOperation(random, this.#revisions.get(key) ?? 0, value);
    const node = isReader || random.chance(0.4) ? random.pick(nodes) : null;
    const calledAtMs = journal.nowMs;
    const open = recorder.called(place, key, operation);
    const answer = await this.#ask(key, operation, node);
    if (answer.kind === 'told') recorder.returned(open, answer.outcome);
    else if (answer.kind === 'unknown') recorder.unknown(open);
    else recorder.refused(open);
    journal.note('call', { client: place, calledAtMs, key, ...operation, node, answer });
    this.#count(key, operation, answer);
  }

  async #ask(key: string, operation: ConfigStoreOperation, node: string | null): Promise<Answer> {
    try {
      return { kind: 'told', outcome: await this.#outcomeOf(key, operation, node) };
    } catch (error) {
      if (error instanceof RevisionMismatch && operation.kind !== 'get') {
        return { kind: 'told', outcome: { kind: 'revisionMismatch', actual: Number(error.actual) } };
      }
      const code = error instanceof QuorateError ? error.code : '';
      if (operation.kind === 'get' ? readFailures.has(code) : notMadeCodes.has(code)) return { kind: 'failed', code };
      if (operation.kind !== 'get' && code === 'OutcomeUnknown') return { kind: 'unknown', code };
      throw new Violation('the SDK says what it promises to say', `a ${operation.kind} of ${key}: ${String(error)}`);
    }
  }

  async #outcomeOf(key: string, operation: ConfigStoreOperation, node: string | null): Promise<ConfigStoreOutcome> {
    const { store } = this.#options;
    const target = node === null ? {} : { node };
    if (operation.kind === 'get') {
      const entry = await store.get(key, target);
      if (entry === null) return { kind: 'absent' };
      const { value, modRevision } = entry;
      return { kind: 'found', value: Buffer.from(value).toString(), modRevision: Number(modRevision) };
    }
    const { ifRevision } = operation;
    const options = ifRevision === undefined ? target : { ...target, ifRevision: BigInt(ifRevision) };
    if (operation.kind === 'put') {
      const { revision } = await store.put(key, operation.value, options);
      return { kind: 'written', revision: Number(revision) };
    }
    const { revision, deleted } = await store.delete(key, options);
    return { kind: deleted ? 'deleted' : 'nothingDeleted', revision: Number(revision) };
  }

  #count(key: string, operation: ConfigStoreOperation, answer: Answer): void {
    if (answer.kind === 'told') {
      this.#counts.ok += 1;
      this.#revisions.set(key, revisionAfter(answer.outcome));
    } else this.#counts[answer.kind] += 1;
    if (operation.kind === 'get') return;
    const outcome = outcomeOf(answer);
    if (outcome === 'made') this.#counts.written += 1;
    this.writes.push({ key, value: operation.kind === 'put' ? operation.value : null, outcome });
  }
}

function outcomeOf(answer: Answer): WriteAttempt['outcome'] {
  if (answer.kind !== 'told') return answer.kind === 'unknown' ? 'unknown' : 'notMade';
  return answer.outcome.kind === 'revisionMismatch' ? 'refused' : 'made';
}

/** What `ifRevision` has to be for a write that follows; 0 if there is no key. */
function revisionAfter(outcome: ConfigStoreOutcome): number {
  switch (outcome.kind) {
    case 'found':
      return outcome.modRevision;
    case 'written':
      return outcome.revision;
    case 'revisionMismatch':
      return outcome.actual;
    default:
      return 0;
  }
}
