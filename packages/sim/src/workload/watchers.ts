import { checkWatch, type GivenChange, type WatchEvent } from '@quorate/checker';
import {
  type KeySelection,
  RevisionCompacted,
  WatchAssembly,
  type WatchedChange,
  type WatchPage,
  type WatchRequest,
} from '@quorate/config-store';
import type { Plant } from '../bugs/plant.ts';
import type { FaultCounts } from '../faults/fault-counts.ts';
import type { RandomStream } from '../host/random-stream.ts';
import type { SimulatedCluster } from '../host/simulated-cluster.ts';
import type { SimulatedNode } from '../host/simulated-node.ts';
import { textOf } from './text-bytes.ts';
import { watchedHistory } from './watched-history.ts';

/** What watchers need of a run. */
export interface WatchersOptions {
  readonly cluster: SimulatedCluster;
  readonly counts: FaultCounts;
  readonly random: RandomStream;
  /** How many keys there are to watch. */
  readonly keys: number;
  readonly plant: Plant;
}

/** Somebody who watches, asks one node after the other, and keeps how far it has come. */
interface Watcher {
  readonly name: string;
  readonly what: Omit<WatchRequest, 'from'>;
  readonly events: WatchEvent[];
  assembly: WatchAssembly;
  /** Of the question that it waits for; what answers another comes too late. */
  question: number;
}

const watchers = 4;
const meanPauseMs = 120;
const timeoutMs = 300;

/** A watcher sees what it is to see of what was committed, whatever fails. */
const promise = 'a watcher sees each change once, in order';

/** Those who watch keys on any node, with answers that are lost and late, and who begin again where they were. */
export class Watchers {
  readonly #options: WatchersOptions;
  readonly #watchers: readonly Watcher[];

  constructor(options: WatchersOptions) {
    this.#options = options;
    this.#watchers = Array.from({ length: watchers }, (_, at) => this.#drawWatcher(at));
  }

  start(): void {
    for (const watcher of this.#watchers) this.#pause(watcher);
  }

  /** When all has come to rest: each reads to the end, which any member has. Then it is looked at what they saw. */
  finish(): void {
    const { cluster } = this.#options;
    const history = watchedHistory(cluster.watch.committed);
    for (const watcher of this.#watchers) {
      this.#readToEnd(watcher, history.length);
      const { name, what, events } = watcher;
      const broken = checkWatch(history, { selects: (key) => isIn(key, what.keys), filter: what.filter, events });
      if (broken === null) continue;
      return cluster.watch.violated(promise, `${name}, ${broken.guarantee}: ${broken.message}`);
    }
  }

  #drawWatcher(at: number): Watcher {
    const { random, keys } = this.#options;
    const selections: readonly KeySelection[] = [
      { prefix: '' },
      { prefix: 'k' },
      { key: `k${random.below(keys)}` },
      { from: 'k1', to: null },
    ];
    const filter = random.pick([null, null, 'put', 'delete'] as const);
    const what = { keys: random.pick(selections), filter, withPrevious: random.chance(0.7) };
    const watcher = { name: `watcher ${at}`, what, events: [], assembly: this.#assembly(1), question: 0 };
    this.#open(watcher, 1);
    return watcher;
  }

  #assembly(fromRevision: number): WatchAssembly {
    const { watchAssembly: Assembly = WatchAssembly } = this.#options.plant;
    return new Assembly(fromRevision);
  }

  #open(watcher: Watcher, from: number): void {
    watcher.assembly = this.#assembly(from);
    watcher.events.push({ kind: 'opened', from });
  }

  #pause(watcher: Watcher): void {
    const { cluster, random } = this.#options;
    const pauseMs = -Math.log(1 - random.next()) * meanPauseMs;
    cluster.after(pauseMs, 'watch', () => this.#ask(watcher));
  }

  #ask(watcher: Watcher): void {
    const { cluster, random, counts } = this.#options;
    if (random.chance(0.02)) {
      counts.add('watcher begins again where it was');
      this.#open(watcher, watcher.assembly.seen + 1);
    }
    watcher.question += 1;
    const { question } = watcher;
    const node = random.pick(cluster.nodes);
    const isLost = random.chance(0.1);
    const lateMs = random.chance(0.1) ? random.between(0, 2 * timeoutMs) : random.between(0, 5);
    const isTaken = node.process !== null && node.pauses === 0 && !isLost;
    const page = isTaken ? this.#answer(node, watcher, watcher.assembly.next) : null;
    if (page === null) return this.#pauseAfter(watcher, question);
    cluster.after(lateMs, 'watched', () => {
      if (watcher.question !== question) return counts.add('watched too late');
      this.#take(watcher, page);
      this.#pause(watcher);
    });
    if (lateMs >= timeoutMs) this.#pauseAfter(watcher, question);
  }

  /** It asks another, unless it has an answer by then. */
  #pauseAfter(watcher: Watcher, question: number): void {
    this.#options.cluster.after(timeoutMs, 'watch', () => {
      if (watcher.question === question) this.#ask(watcher);
    });
  }

  /** What a node tells of what it has applied; null if some of it is not kept any more: then the watcher goes on with what is. */
  #answer({ stateMachine }: SimulatedNode, watcher: Watcher, from: WatchRequest['from']): WatchPage | null {
    const request = { ...watcher.what, from };
    const { watchPage = (page) => page } = this.#options.plant;
    try {
      return watchPage(stateMachine.watch(request), request, stateMachine.revision);
    } catch (error) {
      if (!(error instanceof RevisionCompacted)) throw error;
      this.#options.counts.add('watched what is compacted');
      this.#open(watcher, Number(error.oldestRevision));
      return null;
    }
  }

  #take(watcher: Watcher, page: WatchPage): void {
    const { events, assembly, what } = watcher;
    let given = assembly.seen;
    for (const { revision, changes } of assembly.take(page)) {
      this.#options.counts.add('watched revision');
      events.push({ kind: 'given', revision, changes: changes.map((change) => givenOf(change, what.withPrevious)) });
      given = revision;
    }
    if (assembly.seen > given) events.push({ kind: 'progress', revision: assembly.seen });
  }

  #readToEnd(watcher: Watcher, revision: number): void {
    const { members } = this.#options.cluster;
    const node = members.find(({ process, stateMachine }) => process !== null && stateMachine.revision === revision);
    if (node === undefined) return;
    for (let reads = 0; watcher.assembly.seen < revision && reads <= revision; reads += 1) {
      const page = this.#answer(node, watcher, watcher.assembly.next);
      if (page !== null) this.#take(watcher, page);
    }
    if (watcher.assembly.seen >= revision) return;
    this.#options.cluster.watch.violated(promise, `${watcher.name} does not come to revision ${revision}`);
  }
}

const isIn = (key: string, keys: KeySelection): boolean => {
  if ('prefix' in keys) return key.startsWith(keys.prefix);
  return 'key' in keys ? key === keys.key : key >= keys.from && (keys.to === null || key < keys.to);
};

function givenOf(change: WatchedChange, withPrevious: boolean): GivenChange {
  const { key, previous, previousOmitted } = change;
  const text = previous === null ? null : textOf(previous.value);
  const shared = { key, ...(withPrevious && !previousOmitted ? { previous: text } : {}) };
  if (change.op === 'delete') return { op: 'delete', ...shared };
  return { op: 'put', value: change.value === null ? null : textOf(change.value), ...shared };
}
