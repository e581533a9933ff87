import type { GatewayAnswer } from '../../src/index.ts';
import { type Delivery, TestCluster } from './cluster.ts';
import { randomOf } from './schedule.ts';
import { Witness } from './witness.ts';

/** Which faults a run has, and how often: probabilities, unless named otherwise. */
export interface Faults {
  readonly nodes: 3 | 5;
  /** Of a message between nodes, and within one. */
  readonly lossBetween: number;
  readonly lossWithin: number;
  readonly doubledBetween: number;
  readonly doubledWithin: number;
  readonly delayedBetween: number;
  readonly delayedWithin: number;
  readonly maxDelayMs: number;
  /** A flush takes up to so long; null: none waits for a flush, and a crash loses nothing. */
  readonly maxFlushMs: number | null;
  readonly stops: boolean;
  readonly pauses: boolean;
  readonly partitions: boolean;
  /** Leaders come and go quickly, so that what an earlier leadership left on its way meets a later one of the same node. */
  readonly restless: boolean;
}

/** The faults that belong to a seed. */
export function faultsOf(seed: number): Faults {
  const random = randomOf(seed * 7919);
  const sometimes = (chance: number, most: number): number => (random() < chance ? random() * most : 0);
  return {
    nodes: random() < 0.5 ? 3 : 5,
    lossBetween: sometimes(0.7, 1 / 3),
    lossWithin: sometimes(0.6, 1 / 3),
    doubledBetween: sometimes(0.5, 0.3),
    doubledWithin: sometimes(0.4, 0.3),
    delayedBetween: sometimes(0.5, 0.3),
    delayedWithin: sometimes(0.5, 0.4),
    maxDelayMs: 10 ** (1 + random() * 2.5),
    maxFlushMs: random() < 0.6 ? 10 ** (random() * 2.6) : null,
    stops: random() < 0.8,
    pauses: random() < 0.4,
    partitions: random() < 0.4,
    restless: random() < 0.25,
  };
}

/** The roads to and from the clients of a node, and within its log store's host: faults there are not the group's to survive. */
const trusted: ReadonlySet<string> = new Set(['write', 'read', 'answered']);

/** One run of a cluster with faults and clients, all of it from one seed. */
export class Chaos {
  readonly cluster: TestCluster;
  readonly witness = new Witness();
  readonly #faults: Faults;
  readonly #ids: readonly string[];
  #cut: ReadonlySet<string> = new Set();
  #request = 0;
  /** The faults are over. */
  #calm = false;

  constructor(seed: number, faults: Faults = faultsOf(seed)) {
    this.#faults = faults;
    this.#ids = ['n1', 'n2', 'n3', 'n4', 'n5'].slice(0, faults.nodes);
    const { maxFlushMs } = faults;
    this.cluster = new TestCluster(this.#ids, {
      seed,
      // Small batches and windows, so that their ends are met.
      settings: { maxBatchEntries: 4, maxInflightAppends: 3 },
      flushMs: maxFlushMs === null ? null : () => (this.#calm ? 1 : this.cluster.random() ** 3 * maxFlushMs),
      onApply: (node, entry) => this.witness.applied(node, entry),
      onAnswer: (node, request, answer: GatewayAnswer) => this.witness.answered(node, request, answer),
    });
  }

  /** Faults for a while, then none: the cluster must come to rest, agree, and serve every node's clients. */
  run(rounds = 8): void {
    const { cluster, witness } = this;
    cluster.passes = (delivery) => {
      witness.delivered(delivery);
      return true;
    };
    cluster.delaysMs = (delivery, local) => this.#fateOf(delivery, local);
    cluster.startAll();
    for (let round = 0; round < rounds; round += 1) {
      if (this.#faults.restless) this.#deposeLeaders();
      this.#round();
    }
    this.#calm = true;
    cluster.delaysMs = (_, local) => [local ? 0 : 1];
    for (const id of this.#ids) {
      cluster.resume(id);
      if (cluster.node(id).system === null) cluster.start(id);
    }
    this.#settle();
  }

  #round(): void {
    const { cluster } = this;
    const victim = this.#anyNode();
    const partition = this.#faults.partitions && cluster.random() < 0.5;
    if (partition) this.#cut = new Set(this.#cutAt(cluster.random() < 0.5 ? [victim] : this.#ids.slice(0, 2)));
    this.#clients();
    cluster.run(cluster.random() * 400);
    const victims = cluster.random() < 0.15 ? this.#ids : [victim];
    if (this.#faults.pauses && cluster.random() < 0.4) this.#interrupt(victims, 'pause');
    else if (this.#faults.stops) this.#interrupt(victims, 'end');
    if (cluster.random() < 0.5) this.#cut = new Set();
  }

  #deposeLeaders(): void {
    const { cluster } = this;
    for (let times = 0; times < 4; times += 1) {
      cluster.run(1500, () => cluster.leader() !== null);
      const leader = cluster.leader();
      if (leader === null) return;
      this.#clients();
      cluster.run(cluster.random() * 150);
      this.#cut = new Set(this.#cutAt([leader.id]));
      cluster.run(200 + cluster.random() * 400);
      this.#cut = new Set();
    }
  }

  /** All of them at once is a power cut. */
  #interrupt(victims: readonly string[], how: 'pause' | 'end'): void {
    const { cluster } = this;
    for (const id of victims) {
      if (how === 'pause') cluster.pause(id);
      else this.#end(id);
    }
    this.#clients();
    cluster.run(cluster.random() ** 2 * 800);
    for (const id of victims) {
      if (how === 'pause') cluster.resume(id);
      else cluster.start(id);
    }
  }

  #end(id: string): void {
    const { cluster } = this;
    const kind = cluster.random();
    if (kind < 0.3) return cluster.stop(id);
    cluster.crash(id, kind < 0.6);
    if (kind > 0.8) cluster.forgetState(id);
  }

  #clients(): void {
    for (const id of this.#ids) {
      for (let count = 0; count < 3; count += 1) {
        this.cluster.at(this.cluster.random() * 300, () =>
          this.#ask(id, this.cluster.random() < 0.6 ? 'write' : 'read', 800),
        );
      }
    }
  }

  #ask(id: string, kind: 'write' | 'read', timeoutMs: number): void {
    if (this.cluster.node(id).system === null) return;
    this.#request += 1;
    const text = `w${this.#request}`;
    this.witness.asked(id, this.#request, kind, text);
    if (kind === 'write') this.cluster.write(id, this.#request, text, timeoutMs);
    else this.cluster.read(id, this.#request, timeoutMs);
  }

  #settle(): void {
    const { cluster, witness } = this;
    cluster.run(3000);
    witness.outcomes.clear();
    for (const id of this.#ids) for (const kind of ['write', 'read'] as const) this.#ask(id, kind, 800);
    cluster.run(2000);
    const { outcomes } = witness;
    if (outcomes.get('result') !== this.#ids.length || outcomes.get('answer') !== this.#ids.length) {
      throw new Error(`without faults: ${JSON.stringify([...outcomes])}`);
    }
    this.#checkQuiet();
    const logs = [...cluster.nodes.values()].map(({ stateMachine }) => stateMachine.applied);
    for (const log of logs) {
      if (log.length !== logs[0]?.length) throw new Error(`applied: ${logs.map(({ length }) => length).join(', ')}`);
      witness.check(log);
    }
  }

  /** Nobody answers anybody for ever: a second without clients is heartbeats alone. */
  #checkQuiet(): void {
    let messages = 0;
    this.cluster.passes = () => {
      messages += 1;
      return true;
    };
    this.cluster.run(1000);
    if (messages > 3000) throw new Error(`${messages} messages in an idle second`);
  }

  #fateOf({ from, to, message }: Delivery, local: boolean): readonly number[] {
    const { cluster } = this;
    const usual = local ? 0 : 1;
    if (trusted.has(message.kind)) return [usual];
    if (!local && this.#cut.has(`${from.node}>${to.node}`)) return [];
    const faults = this.#faults;
    if (cluster.random() < (local ? faults.lossWithin : faults.lossBetween)) return [];
    const copies = cluster.random() < (local ? faults.doubledWithin : faults.doubledBetween) ? 2 : 1;
    const late = local ? faults.delayedWithin : faults.delayedBetween;
    return Array.from({ length: copies }, () =>
      cluster.random() < late ? cluster.random() * faults.maxDelayMs : usual,
    );
  }

  /** Every road between these nodes and the others; sometimes one way alone. */
  #cutAt(side: readonly string[]): string[] {
    const oneWay = this.cluster.random() < 0.3;
    const others = this.#ids.filter((id) => !side.includes(id));
    return side.flatMap((a) => others.flatMap((b) => (oneWay ? [`${a}>${b}`] : [`${a}>${b}`, `${b}>${a}`])));
  }

  #anyNode(): string {
    const { cluster } = this;
    const leader = cluster.leader();
    if (leader !== null && cluster.random() < 0.5) return leader.id;
    return this.#ids[Math.floor(cluster.random() * this.#ids.length)] ?? 'n1';
  }
}
