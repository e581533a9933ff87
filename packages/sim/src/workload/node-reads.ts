import type { ApiMessage, ReadConsistency } from '@quorate/raft';
import type { FaultCounts } from '../faults/fault-counts.ts';
import type { RandomStream } from '../host/random-stream.ts';
import type { SimulatedCluster } from '../host/simulated-cluster.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { CommittedValues } from './committed-values.ts';
import { appliedIndexOf, decodeAnswer, encodeGet, type PlainEntry } from './plain-codec.ts';

/** What reads of single nodes need of a run. */
export interface NodeReadsOptions {
  readonly cluster: SimulatedCluster;
  readonly counts: FaultCounts;
  readonly random: RandomStream;
  readonly acknowledgements: Acknowledgements;
  /** Of how many keys. */
  readonly keys: number;
}

/** What a read wants. */
interface Wish {
  readonly consistency: ReadConsistency;
  readonly maxStalenessMs: number | null;
  readonly minRevision: number;
}

interface NodeRead {
  readonly node: SimulatedNode;
  readonly process: SimulatedProcess;
  readonly key: string;
  readonly wish: Wish;
  /** In virtual time. */
  readonly askedAtMs: number;
  /** The end of what this process had shown when it was asked. */
  readonly shownIndex: number;
}

/** These reads are numbered apart from clients' requests, and from operators'. */
const firstRequest = 2_000_000_000;
const meanPauseMs = 100;
const timeoutMs = 500;

/** What a read of a node shows was committed, is never less than the one before it, and is as fresh as was asked for. */
const promise = 'a read of a node shows what it was to show';

/** Somebody who reads of one node after the other, as fresh as he likes. It is no part of the history: such a read may be old. But it is checked here. */
export class NodeReads {
  readonly #options: NodeReadsOptions;
  readonly #values: CommittedValues;
  readonly #reads = new Map<number, NodeRead>();
  readonly #shownIndexes = new WeakMap<SimulatedProcess, number>();
  #requests = 0;
  /** Nobody reads any more, or not yet; each start is a new one. */
  #round = 0;

  constructor(options: NodeReadsOptions) {
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
    if (read === undefined) return;
    const { consistency } = read.wish;
    if (answer.kind === 'tooStale') return this.#options.counts.add('bounded read, too stale');
    if (answer.kind === 'revisionMissing') return this.#checkMissing(read, answer.code);
    if (answer.kind !== 'answer') return;
    this.#options.counts.add(`${consistency} read`);
    this.#check(read, appliedIndexOf(answer.answer), decodeAnswer(answer.answer));
  }

  #pause(round: number): void {
    const pauseMs = -Math.log(1 - this.#options.random.next()) * meanPauseMs;
    this.#options.cluster.after(pauseMs, 'nodeRead', () => {
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
    const wish = this.#wish();
    if (process === null) return;
    this.#requests += 1;
    const request = firstRequest + this.#requests;
    const shownIndex = this.#shownIndexes.get(process) ?? 0;
    this.#reads.set(request, { node, process, key, wish, askedAtMs: this.#nowMs(), shownIndex });
    cluster.ask(node, { kind: 'read', request, query: encodeGet(key), ...wish, timeoutMs });
  }

  /** Often a revision that somebody has seen before, or one that is still to come. */
  #wish(): Wish {
    const { random } = this.#options;
    const consistency = random.pick(['local', 'bounded', 'bounded', 'linearizable', 'readIndex'] as const);
    const maxStalenessMs = consistency === 'bounded' ? random.pick([20, 60, 150, 500, 2000]) : null;
    if (random.chance(0.6)) return { consistency, maxStalenessMs, minRevision: 0 };
    return { consistency, maxStalenessMs, minRevision: this.#acknowledgedRevision(this.#nowMs()) + random.below(3) };
  }

  #check({ node, process, key, wish, askedAtMs, shownIndex }: NodeRead, index: number, entry: PlainEntry | null): void {
    this.#shownIndexes.set(process, Math.max(index, this.#shownIndexes.get(process) ?? 0));
    if (index < shownIndex) return this.#violated(`${node.id} shows ${key} at ${index}, after ${shownIndex}`);
    const held = this.#values.at(key, index);
    if (held === undefined) return this.#violated(`${node.id} shows ${index}, which is not committed`);
    if (textOf(held) !== textOf(entry)) {
      return this.#violated(`${node.id} shows ${key} at ${index} as ${textOf(entry)}, and it is ${textOf(held)}`);
    }
    const { consistency, maxStalenessMs, minRevision } = wish;
    const revision = this.#values.revisionAt(index);
    if (revision < minRevision) {
      return this.#violated(`${node.id} shows revision ${revision} to whoever wants ${minRevision}`);
    }
    if (consistency === 'local') return;
    // A node whose clocks have both stood still cannot know how old a proof is that it had before.
    const toleratedMs = maxStalenessMs === null ? 0 : maxStalenessMs + node.wallClock.stoodStillMs;
    const freshIndex = this.#options.acknowledgements.indexBefore(askedAtMs - toleratedMs);
    if (index < freshIndex) {
      const bound = maxStalenessMs === null ? '' : ` of ${maxStalenessMs} ms`;
      this.#violated(`${node.id} shows ${index} to a ${consistency} read${bound}, and ${freshIndex} was acknowledged`);
    }
  }

  /** What was acknowledged before is written. */
  #checkMissing({ node, wish, askedAtMs }: NodeRead, code: 'RevisionNotWritten' | 'NotYetApplied'): void {
    this.#options.counts.add(`${wish.consistency} read, ${code}`);
    const written = this.#acknowledgedRevision(askedAtMs);
    if (code === 'RevisionNotWritten' && written >= wish.minRevision) {
      this.#violated(`${node.id} says that revision ${wish.minRevision} is not written, and ${written} is`);
    }
  }

  #acknowledgedRevision(atMs: number): number {
    return this.#values.revisionAt(this.#options.acknowledgements.indexBefore(atMs));
  }

  #violated(what: string): void {
    this.#options.cluster.watch.violated(promise, what);
  }

  #nowMs(): number {
    return this.#options.cluster.nowUs / 1000;
  }
}

const textOf = (entry: PlainEntry | null): string =>
  entry === null ? 'absent' : `${entry.value} of revision ${entry.modRevision}`;
