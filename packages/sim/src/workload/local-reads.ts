import type { ApiMessage } from '@quorate/raft';
import type { FaultCounts } from '../faults/fault-counts.ts';
import type { RandomStream } from '../host/random-stream.ts';
import type { SimulatedCluster } from '../host/simulated-cluster.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import { CommittedValues } from './committed-values.ts';
import { appliedIndexOf, decodeAnswer, encodeGet, type PlainEntry } from './plain-codec.ts';

/** What local reads need of a run. */
export interface LocalReadsOptions {
  readonly cluster: SimulatedCluster;
  readonly counts: FaultCounts;
  readonly random: RandomStream;
  /** Of how many keys. */
  readonly keys: number;
}

interface LocalRead {
  readonly node: SimulatedNode;
  readonly process: SimulatedProcess;
  readonly key: string;
  /** The end of what this process had shown when it was asked. */
  readonly shownIndex: number;
}

/** Local reads are numbered apart from clients' requests, and from operators'. */
const firstRequest = 2_000_000_000;
const meanPauseMs = 150;
const timeoutMs = 500;
const promise = 'a local read shows what was committed, and never less than the one before it';

/** Somebody who reads of one node after the other what that node has applied. It is no part of the history: such a read may be old. But it is checked here. */
export class LocalReads {
  readonly #options: LocalReadsOptions;
  readonly #values: CommittedValues;
  readonly #reads = new Map<number, LocalRead>();
  readonly #shownIndexes = new WeakMap<SimulatedProcess, number>();
  #requests = 0;
  /** Nobody reads any more, or not yet; each start is a new one. */
  #round = 0;

  constructor(options: LocalReadsOptions) {
    this.#options = options;
    this.#values = new CommittedValues(options.cluster.watch.committed);
  }

  start(): void {
    this.#round += 1;
    this.#pause(this.#round);
  }

  stop(): void {
    this.#round += 1;
  }

  /** Whether that request was made here. */
  isOwn(request: number): boolean {
    return request >= firstRequest;
  }

  /** The api of a node has an answer of its gateway. */
  onAnswer({ request, answer }: ApiMessage): void {
    const read = this.#reads.get(request);
    this.#reads.delete(request);
    if (read === undefined || answer.kind !== 'answer') return;
    this.#options.counts.add('local read');
    this.#check(read, appliedIndexOf(answer.answer), decodeAnswer(answer.answer));
  }

  #pause(round: number): void {
    const pauseMs = -Math.log(1 - this.#options.random.next()) * meanPauseMs;
    this.#options.cluster.after(pauseMs, 'localRead', () => {
      if (round !== this.#round) return;
      this.#read();
      this.#pause(round);
    });
  }

  #read(): void {
    const { cluster, random, keys } = this.#options;
    const node = random.pick(cluster.nodes);
    const { process } = node;
    const key = `k${random.below(keys)}`;
    if (process === null) return;
    this.#requests += 1;
    const request = firstRequest + this.#requests;
    this.#reads.set(request, { node, process, key, shownIndex: this.#shownIndexes.get(process) ?? 0 });
    cluster.ask(node, { kind: 'read', request, query: encodeGet(key), consistency: 'local', timeoutMs });
  }

  #check({ node, process, key, shownIndex }: LocalRead, index: number, entry: PlainEntry | null): void {
    const { watch } = this.#options.cluster;
    this.#shownIndexes.set(process, Math.max(index, this.#shownIndexes.get(process) ?? 0));
    if (index < shownIndex) watch.violated(promise, `${node.id} shows ${key} at ${index}, after ${shownIndex}`);
    const held = this.#values.at(key, index);
    if (held === undefined) return watch.violated(promise, `${node.id} shows ${index}, which is not committed`);
    if (textOf(held) === textOf(entry)) return;
    watch.violated(promise, `${node.id} shows ${key} at ${index} as ${textOf(entry)}, and it is ${textOf(held)}`);
  }
}

const textOf = (entry: PlainEntry | null): string =>
  entry === null ? 'absent' : `${entry.value} of revision ${entry.modRevision}`;
