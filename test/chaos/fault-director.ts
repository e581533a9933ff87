import { setTimeout as after } from 'node:timers/promises';
import type { FaultCounts, RandomStream } from '@quorate/sim';
import type { NodeProcess } from '../support/node-process.ts';
import type { BadNetwork } from './bad-network.ts';
import { type ChaosCluster, connectionNameOf } from './chaos-cluster.ts';
import type { Fault, Victim } from './fault.ts';
import type { Journal } from './journal.ts';

type Of<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

/** What the director works with. */
export interface DirectorOptions {
  readonly cluster: ChaosCluster;
  readonly network: BadNetwork;
  readonly counts: FaultCounts;
  readonly random: RandomStream;
  readonly journal: Journal;
  /** The names of the connections of clients of the faulty kind. */
  readonly faultyClients: readonly string[];
}

/** Lets the faults of a round happen, each in its time, and undoes all of them at its end. */
export class FaultDirector {
  readonly #options: DirectorOptions;
  /** How many faults hold each process still. */
  readonly #pauses = new Map<NodeProcess, number>();
  /** How many faults keep each node down. */
  readonly #downs = new Map<string, number>();
  #busDowns = 0;
  /** Stopping and starting the bus, one after the other. */
  #busChange: Promise<void> = Promise.resolve();

  constructor(options: DirectorOptions) {
    this.#options = options;
  }

  /** Resolves when every fault of the round has come and gone; those that last longer end with the round, or with the signal. */
  async play(faults: readonly Fault[], roundMs: number, signal: AbortSignal): Promise<void> {
    await Promise.all(faults.map((fault) => this.#happen(fault, roundMs, signal)));
  }

  async #happen(fault: Fault, roundMs: number, signal: AbortSignal): Promise<void> {
    await passed(fault.atMs, signal);
    if (signal.aborted) return;
    const { counts, journal } = this.#options;
    const { kind } = fault;
    counts.add(kind === 'partition' ? `${kind}, ${fault.shape}` : kind);
    const victims = 'victim' in fault ? await this.#victims(fault.victim) : [];
    journal.note('fault begins', { ...fault, ...(victims.length === 0 ? {} : { victims }) });
    const undo = await this.#begin(fault, victims);
    await passed(Math.min(fault.durationMs, Math.max(0, roundMs - fault.atMs)), signal);
    await undo();
    journal.note('fault ends', { kind, victims });
  }

  /** Gives how to undo it. */
  async #begin(fault: Fault, victims: readonly string[]): Promise<() => Promise<void>> {
    switch (fault.kind) {
      case 'storm':
        return this.#storm(fault);
      case 'partition':
        return this.#partition(fault, victims);
      case 'pause':
        return this.#each(victims, (id) => this.#pause(id));
      case 'kill':
        return this.#each(victims, (id) => this.#down(id, 'SIGKILL'));
      case 'restart':
        return this.#each(victims, (id) => this.#down(id, 'SIGTERM'));
      case 'busRestart':
        return this.#busDown();
      default:
        return fault satisfies never;
    }
  }

  async #each(
    ids: readonly string[],
    begin: (id: string) => Promise<() => Promise<void>>,
  ): Promise<() => Promise<void>> {
    const undo = await Promise.all(ids.map(begin));
    return async () => {
      await Promise.all(undo.map((one) => one()));
    };
  }

  #storm(storm: Of<'storm'>): () => Promise<void> {
    const { network } = this.#options;
    network.begin(storm);
    return async () => network.end(storm);
  }

  #partition(fault: Of<'partition'>, [victim]: readonly string[]): () => Promise<void> {
    const { network } = this.#options;
    const roads = victim === undefined ? [] : this.#roadsCutBy(fault, victim);
    for (const [from, to] of roads) network.cut(from, to, 1);
    return async () => {
      for (const [from, to] of roads) network.cut(from, to, -1);
    };
  }

  #roadsCutBy({ shape, company, clients }: Of<'partition'>, victim: string): readonly (readonly [string, string])[] {
    const { cluster, random, faultyClients } = this.#options;
    const others = cluster.ids.filter((id) => id !== victim);
    if (shape === 'pair') {
      const [one, other] = [connectionNameOf(victim), connectionNameOf(random.pick(others))];
      return [
        [one, other],
        [other, one],
      ];
    }
    const onSide = (side: string): readonly string[] => faultyClients.filter((_, place) => clients[place] === side);
    const inside = [...[victim, ...others.slice(0, company)].map(connectionNameOf), ...onSide('inside')];
    const outside = [...others.slice(company).map(connectionNameOf), ...onSide('outside')];
    const outwards = inside.flatMap((from) => outside.map((to) => [from, to] as const));
    const inwards = outwards.map(([from, to]) => [to, from] as const);
    if (shape === 'oneWayOut') return outwards;
    return shape === 'oneWayIn' ? inwards : [...outwards, ...inwards];
  }

  async #pause(id: string): Promise<() => Promise<void>> {
    const node = this.#options.cluster.node(id);
    this.#pauses.set(node, (this.#pauses.get(node) ?? 0) + 1);
    await node.pause();
    return async () => {
      const left = (this.#pauses.get(node) ?? 1) - 1;
      this.#pauses.set(node, left);
      if (left === 0 && node.runs) node.resume();
    };
  }

  async #down(id: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<() => Promise<void>> {
    const { cluster } = this.#options;
    this.#downs.set(id, (this.#downs.get(id) ?? 0) + 1);
    await cluster.endNode(id, signal);
    return async () => {
      const left = (this.#downs.get(id) ?? 1) - 1;
      this.#downs.set(id, left);
      if (left === 0) cluster.startNode(id);
    };
  }

  async #busDown(): Promise<() => Promise<void>> {
    const { cluster } = this.#options;
    this.#busDowns += 1;
    if (this.#busDowns === 1) this.#busChange = this.#busChange.then(() => cluster.stopBus());
    await this.#busChange;
    return async () => {
      this.#busDowns -= 1;
      if (this.#busDowns === 0) this.#busChange = this.#busChange.then(() => cluster.startBus());
      await this.#busChange;
    };
  }

  async #victims(victim: Victim): Promise<readonly string[]> {
    const { cluster, random } = this.#options;
    if (victim === 'all') return cluster.ids;
    // Drawn in any case: how the run goes must not change what is drawn later.
    const drawn = random.pick(cluster.ids);
    return [victim === 'leader' ? ((await cluster.leader()) ?? drawn) : (cluster.ids[victim] ?? drawn)];
  }
}

async function passed(delayMs: number, signal: AbortSignal): Promise<void> {
  await after(delayMs, undefined, { signal }).catch(() => undefined);
}
