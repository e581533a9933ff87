import { isQuorum, type Learner, type Voter } from '@quorate/raft';
import { Disk } from '../disk/disk.ts';
import type { RandomStream } from '../host/random-stream.ts';
import type { SimulatedCluster, Witness } from '../host/simulated-cluster.ts';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { Bus } from './bus.ts';
import type { Fault, Victim } from './fault.ts';
import type { FaultCounts } from './fault-counts.ts';
import { changeFor, comersOf } from './member-changes.ts';
import type { Network } from './network.ts';

type Of<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

/** What the director works with. */
export interface DirectorOptions {
  readonly cluster: SimulatedCluster;
  readonly network: Network;
  readonly bus: Bus;
  readonly counts: FaultCounts;
  readonly random: RandomStream;
}

/** Lets the faults of a run happen, each in its time, and undoes all of them when the run is to come to rest. */
export class FaultDirector {
  readonly #options: DirectorOptions;
  /** Copies that were made of the disks, for those that are to be lost later. */
  readonly #copies = new Map<Of<'lostDisk'>, readonly Disk[]>();
  /** Undoes what is under way, in the order in which it began. */
  readonly #undo = new Set<() => void>();

  constructor(options: DirectorOptions) {
    this.#options = options;
  }

  /** Puts all of them into the queue. */
  schedule(faults: readonly Fault[]): void {
    const { cluster } = this.#options;
    for (const fault of faults) {
      cluster.after(fault.atMs, fault.kind, () => this.#begin(fault));
      if (fault.kind !== 'lostDisk' || fault.copyAgeMs === null) continue;
      cluster.after(Math.max(0, fault.atMs - fault.copyAgeMs), 'diskCopied', () => this.#copyDisks(fault));
    }
  }

  /** Ends every fault: every machine that can runs again, and every message comes. */
  healAll(): void {
    for (const undo of [...this.#undo]) undo();
  }

  #begin(fault: Fault): void {
    this.#options.counts.add(fault.kind === 'crash' ? `crash, ${fault.ending}` : fault.kind);
    switch (fault.kind) {
      case 'storm':
        return this.#storm(fault);
      case 'partition':
        return this.#partition(fault);
      case 'busLost':
        return this.#loseBus(fault);
      case 'pause':
        return this.#pause(fault);
      case 'crash':
        for (const node of this.#victims(fault.victim)) this.#crash(node, fault);
        return;
      case 'slowDisk':
        return this.#slowDisk(fault);
      case 'slowFiles':
        return this.#slowFiles(fault);
      case 'senderGone':
        return this.#senderGone(fault);
      case 'changeMembers':
        return this.#changeMembers(fault);
      case 'snapshot':
        for (const node of this.#victims(fault.victim)) this.#takeSnapshot(node);
        return;
      case 'transfer':
        return this.#transfer(fault);
      case 'clockJump':
        for (const node of this.#victims(fault.victim)) node.clock.jump(fault.byMs);
        return;
      case 'wallJump':
        for (const node of this.#victims(fault.victim)) node.wallClock.jump(fault.byMs);
        return;
      case 'suspend':
        return this.#suspend(fault);
      case 'clockRate':
        return this.#clockRate(fault);
      case 'lostDisk':
        for (const node of this.#victims(fault.victim)) this.#loseDisk(node, fault);
        return;
      case 'damagedDisk':
        for (const node of this.#victims(fault.victim)) this.#damageDisk(node, fault);
        return;
      default:
        return fault satisfies never;
    }
  }

  #storm(storm: Of<'storm'>): void {
    const { network } = this.#options;
    network.begin(storm);
    this.#after(storm.durationMs, () => network.end(storm));
  }

  #partition(fault: Of<'partition'>): void {
    const { network, bus } = this.#options;
    const { roads, side } = this.#roadsCutBy(fault);
    const told = roads.filter(([from]) => isTold(fault, side.includes(from)));
    const change = (by: 1 | -1): void => {
      for (const [from, to] of roads) network.cut(from, to, by);
      for (const [from, to] of told) bus.unroute(from, to, by);
    };
    change(1);
    this.#after(fault.durationMs, () => change(-1));
  }

  /** `side`: those who stand with the victim. */
  #roadsCutBy({ shape, victim, company }: Of<'partition'>): {
    readonly roads: readonly (readonly [number, number])[];
    readonly side: readonly number[];
  } {
    const { cluster, random } = this.#options;
    const [node] = this.#victims(victim);
    if (node === undefined) return { roads: [], side: [] };
    const others = cluster.nodes.map(({ place }) => place).filter((place) => place !== node.place);
    if (shape === 'pair') {
      const other = random.pick(others);
      const roads = [
        [node.place, other],
        [other, node.place],
      ] as const;
      return { roads, side: [node.place] };
    }
    const comers = comersOf(cluster.newestConfiguration);
    const isWith = (place: number, at: number): boolean =>
      shape === 'comers' ? comers.some((id) => id === cluster.nodes[place]?.id) : at < company;
    const side = [node.place, ...others.filter(isWith)];
    const rest = others.filter((place) => !side.includes(place));
    const roads = side.flatMap((inside) =>
      rest.flatMap((outside): (readonly [number, number])[] => {
        if (shape === 'oneWayOut') return [[inside, outside]];
        if (shape === 'oneWayIn') return [[outside, inside]];
        return [
          [inside, outside],
          [outside, inside],
        ];
      }),
    );
    return { roads, side };
  }

  /** They come back one by one. */
  #loseBus({ victim, durationMs, spreadMs }: Of<'busLost'>): void {
    const { cluster, random } = this.#options;
    for (const node of this.#victims(victim)) {
      cluster.loseBus(node);
      this.#after(durationMs + random.next() * spreadMs, () => cluster.regainBus(node));
    }
  }

  #pause(fault: Of<'pause'>): void {
    const { cluster } = this.#options;
    const paused = this.#victims(fault.victim);
    for (const node of paused) cluster.pause(node);
    this.#after(fault.durationMs, () => {
      for (const node of paused) cluster.resume(node);
    });
  }

  /** What comes to it waits, as in a pause; and when it goes on, its own clocks do not show that time has passed. */
  #suspend({ durationMs, victim, stopsWallClock }: Of<'suspend'>): void {
    const { cluster } = this.#options;
    const suspended = this.#victims(victim).filter(({ isSuspended }) => !isSuspended);
    const fromUs = cluster.nowUs;
    for (const node of suspended) {
      node.isSuspended = true;
      node.clock.stop(fromUs);
      cluster.pause(node);
    }
    this.#after(durationMs, () => {
      for (const node of suspended) {
        node.isSuspended = false;
        node.clock.goOn(cluster.nowUs);
        if (stopsWallClock) node.wallClock.stoodStill(cluster.nowUs - fromUs);
        cluster.resume(node);
      }
    });
  }

  #clockRate({ durationMs, victim, factor }: Of<'clockRate'>): void {
    const { cluster } = this.#options;
    const nodes = this.#victims(victim);
    for (const { clock } of nodes) clock.runAt(factor, cluster.nowUs);
    this.#after(durationMs, () => {
      for (const { clock } of nodes) clock.runAt(1, cluster.nowUs);
    });
  }

  #slowFiles({ victim, maxMs, durationMs }: Of<'slowFiles'>): void {
    const slow = this.#victims(victim);
    for (const node of slow) node.slowFilesMs = maxMs;
    this.#after(durationMs, () => {
      for (const node of slow) node.slowFilesMs = 0;
    });
  }

  #senderGone({ withinMs, durationMs, maxMs }: Of<'senderGone'>): void {
    const { cluster } = this.#options;
    const witness: Witness = ({ node: peer, message, sender }) => {
      if (message?.kind !== 'installSnapshot' || peer === null) return;
      const leader = cluster.nodes.find(({ id }) => id === sender?.node);
      if (leader === undefined || message.offset + message.bytes.length < message.record.bytes) return;
      cluster.witnesses.delete(witness);
      cluster.pause(leader);
      peer.slowFilesMs = maxMs;
      this.#after(durationMs, () => {
        cluster.resume(leader);
        peer.slowFilesMs = 0;
      });
    };
    cluster.witnesses.add(witness);
    this.#after(withinMs, () => cluster.witnesses.delete(witness));
  }

  #slowDisk(fault: Of<'slowDisk'>): void {
    const slow = this.#victims(fault.victim);
    const slowFlushMs = { least: fault.isSteady ? fault.maxFlushMs / 2 : 0, most: fault.maxFlushMs };
    for (const node of slow) node.slowFlushMs = slowFlushMs;
    this.#after(fault.durationMs, () => {
      for (const node of slow) node.slowFlushMs = null;
    });
  }

  /** In the middle of a turn, or when its next flush fails. */
  #crash(node: SimulatedNode, fault: Of<'crash'>): void {
    const { process } = node;
    if (process === null || process.doom !== null || process.flushFailure !== null) return;
    const end = (): void => this.#end(node, fault);
    if (fault.ending === 'flushFailed') process.flushFailure = end;
    else process.doom = { sendsLeft: fault.afterSends, end };
    this.#whenHealed(() => {
      process.doom = null;
      process.flushFailure = null;
    });
  }

  #end(node: SimulatedNode, fault: Of<'crash'>): void {
    const { cluster, counts, random } = this.#options;
    const storage = node.process?.storage;
    if (storage === undefined) return;
    counts.add('process ended');
    if (fault.ending === 'stopped') {
      while (storage.flushing || storage.staged) {
        if (!storage.flushing) storage.beginFlush();
        storage.completeFlush();
      }
    } else if (fault.lastFlush === 'arrived') storage.completeFlush();
    else if (storage.flushing) {
      counts.add(`flush ${fault.lastFlush}`);
      if (fault.lastFlush === 'torn') storage.tearFlush(() => random.chance(0.5));
    }
    cluster.end(node);
    if (fault.ending === 'powerLost') this.#loseState(node, fault);
    node.downs += 1;
    this.#after(fault.durationMs, () => {
      node.downs -= 1;
      cluster.start(node);
    });
  }

  #loseState(node: SimulatedNode, { stateLeft }: Of<'crash'>): void {
    const { random, counts } = this.#options;
    if (stateLeft === 'all') return;
    counts.add(`state machine lost, ${stateLeft} left`);
    const { lastApplied } = node.stateMachine;
    node.restoreState(stateLeft === 'nothing' ? 0 : random.below(lastApplied + 1));
  }

  #copyDisks(fault: Of<'lostDisk'>): void {
    const { nodes } = this.#options.cluster;
    this.#copies.set(
      fault,
      nodes.map(({ id, disk }) => disk.copy(`second-disk-of-${id}`)),
    );
  }

  /**
   * At most a minority may ever be lost: the rest must have everything. The services do not start the actors of a node whose
   * disk is not the one that was listed; here they run, so that what they say is seen to count for nothing.
   */
  #loseDisk(node: SimulatedNode, fault: Of<'lostDisk'>): void {
    const { cluster } = this.#options;
    const most = Math.floor((this.#leastVoters() - 1) / 2);
    if (cluster.lostDisks.length >= most || !this.#isDispensable(node)) return;
    cluster.end(node);
    cluster.lostDisks.push(node.disk);
    node.isSpent = true;
    node.disk = this.#copies.get(fault)?.[node.place] ?? new Disk(`second-disk-of-${node.id}`);
    node.restoreState(0);
    node.downs += 1;
    this.#after(fault.durationMs, () => {
      node.downs -= 1;
      cluster.start(node);
    });
  }

  /** The others must be able to go on without it, and without all that are out already: they have to fill it again. */
  #damageDisk(node: SimulatedNode, fault: Of<'damagedDisk'>): void {
    const { cluster, counts } = this.#options;
    if (!this.#isDispensable(node)) return;
    counts.add('disk damaged');
    cluster.end(node);
    node.disk.damage();
    if (!fault.hasSnapshots) node.disk.snapshots.clear();
    node.restoreState(0);
    node.downs += 1;
    this.#after(fault.durationMs, () => {
      node.downs -= 1;
      cluster.start(node);
    });
  }

  /** Whether a majority of the voters, of both sets in a joint configuration, has its disk and its log without `node`. */
  #isDispensable(node: SimulatedNode): boolean {
    const { cluster } = this.#options;
    const isWhole = ({ id, storageId }: Voter): boolean => {
      const disk = cluster.nodes.find((one) => one.id === id)?.disk;
      return id !== node.id && disk?.storageId === storageId && disk.beforeDamage === null;
    };
    return !node.isSpent && isQuorum(cluster.newestConfiguration, isWhole);
  }

  /** Voters that are away for long go by themselves in some runs, down to three. */
  #leastVoters(): number {
    const { configuration, settings } = this.#options.cluster;
    return settings.autoRemoveAfterMs === null ? configuration.voters.length : Math.min(3, configuration.voters.length);
  }

  #changeMembers({ wanted, asks }: Of<'changeMembers'>): void {
    const { cluster, random, counts } = this.#options;
    const wish = changeFor(wanted, cluster.newestConfiguration, cluster.nodes, (items) => random.pick(items));
    if (wish === null) return;
    counts.add(`changeMembers, ${wanted}`);
    const change = wanted === 'comeBack' ? { ...wish, add: wish.add.map((one) => this.#wiped(one)) } : wish;
    const leader = asks === 'leader' ? cluster.leader : null;
    cluster.operate(leader ?? random.pick(cluster.nodes), { kind: 'changeMembers', change });
  }

  /** Somebody reuses a machine that was a member once: it runs under its old name, with an empty disk. */
  #wiped(former: Learner): Learner {
    const { cluster } = this.#options;
    const node = cluster.nodes.find(({ id }) => id === former.id);
    if (node === undefined || node.isSpent || node.downs > 0) return former;
    cluster.end(node);
    cluster.lostDisks.push(node.disk);
    node.isSpent = true;
    node.disk = new Disk(`second-disk-of-${node.id}`);
    node.restoreState(0);
    cluster.start(node);
    return { ...former, storageId: node.disk.storageId };
  }

  #takeSnapshot(node: SimulatedNode): void {
    const { cluster, random } = this.#options;
    cluster.operate(node, { kind: 'takeSnapshot', isLinearizable: random.chance(0.5) });
  }

  #transfer({ target }: Of<'transfer'>): void {
    const { cluster, random } = this.#options;
    const node = target === null ? undefined : cluster.nodes[target];
    cluster.operate(random.pick(cluster.nodes), { kind: 'transfer', target: node?.id ?? null });
  }

  #victims(victim: Victim): readonly SimulatedNode[] {
    const { cluster, random } = this.#options;
    if (victim === 'all') return cluster.nodes;
    const node = victim === 'leader' ? (cluster.leader ?? random.pick(cluster.nodes)) : cluster.nodes[victim];
    return node === undefined ? [] : [node];
  }

  #after(durationMs: number, undo: () => void): void {
    const once = this.#whenHealed(undo);
    this.#options.cluster.after(durationMs, 'faultEnds', once);
  }

  #whenHealed(undo: () => void): () => void {
    const once = (): void => {
      if (this.#undo.delete(once)) undo();
    };
    this.#undo.add(once);
    return once;
  }
}

/** Whether NATS tells whoever sends from that side that nobody listens on the other. */
function isTold({ told = 'nobody' }: Of<'partition'>, isVictimsSide: boolean): boolean {
  if (told === 'both') return true;
  return told === (isVictimsSide ? 'victims' : 'others');
}
