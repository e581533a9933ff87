import { isQuorum, type Learner, type LogIndex, type Voter } from '@quorate/raft';
import { Disk } from '../disk/disk.ts';
import { RandomStream } from '../host/random-stream.ts';
import type { SimulatedCluster, Witness } from '../host/simulated-cluster.ts';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { Bus } from './bus.ts';
import { pickIndexes, pickOvertaken, spreadDamage } from './damaged-records.ts';
import type { Fault, Victim } from './fault.ts';
import type { FaultCounts } from './fault-counts.ts';
import { faultText } from './fault-text.ts';
import { changeFor } from './member-changes.ts';
import type { Network } from './network.ts';
import { nothingCut, roadsCutBy, roadsText } from './partition-roads.ts';

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
        return this.#takeSnapshots(fault);
      case 'transfer':
        return this.#transfer(fault);
      case 'clockJump':
        return this.#clockJump(fault);
      case 'wallJump':
        return this.#wallJump(fault);
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
      case 'damagedRecords':
        return this.#damageRecords(fault);
      default:
        return fault satisfies never;
    }
  }

  #storm(storm: Of<'storm'>): void {
    const { network } = this.#options;
    network.begin(storm);
    this.#happens(storm, []);
    this.#after(storm.durationMs, () => network.end(storm), storm);
  }

  #partition(fault: Of<'partition'>): void {
    const { network, bus, cluster, random } = this.#options;
    const [victim] = this.#victims(fault.victim);
    const { roads, told } = victim === undefined ? nothingCut : roadsCutBy(fault, victim, cluster, random);
    const change = (by: 1 | -1): void => {
      for (const [from, to] of roads) network.cut(from, to, by);
      for (const [from, to] of told) bus.unroute(from, to, by);
    };
    change(1);
    this.#happens(fault, [], `partition, ${fault.shape}`);
    cluster.note(() => `cut off: ${roadsText(roads, cluster.nodes)}`);
    this.#after(fault.durationMs, () => change(-1), fault);
  }

  /** They come back one by one. */
  #loseBus(fault: Of<'busLost'>): void {
    const { cluster, random } = this.#options;
    const cutOff = this.#victims(fault.victim);
    this.#happens(fault, cutOff);
    for (const node of cutOff) {
      cluster.loseBus(node);
      const regain = (): void => cluster.regainBus(node);
      this.#after(fault.durationMs + random.next() * fault.spreadMs, regain, fault, [node]);
    }
  }

  #pause(fault: Of<'pause'>): void {
    const { cluster } = this.#options;
    const paused = this.#victims(fault.victim);
    for (const node of paused) cluster.pause(node);
    this.#happens(fault, paused);
    this.#after(
      fault.durationMs,
      () => {
        for (const node of paused) cluster.resume(node);
      },
      fault,
      paused,
    );
  }

  #clockJump(fault: Of<'clockJump'>): void {
    const jumping = this.#victims(fault.victim);
    for (const node of jumping) node.clock.jump(fault.byMs);
    this.#happens(fault, jumping);
  }

  /** Not of a machine that is suspended: set back by less than it sleeps, its clock would hide that, as one that stops with the machine does. */
  #wallJump(fault: Of<'wallJump'>): void {
    const jumping = this.#victims(fault.victim).filter(({ isSuspended }) => !isSuspended);
    for (const node of jumping) node.wallClock.jump(fault.byMs);
    this.#happens(fault, jumping);
  }

  /** What comes to it waits, as in a pause; and when it goes on, its own clocks do not show that time has passed. */
  #suspend(fault: Of<'suspend'>): void {
    const { cluster } = this.#options;
    const suspended = this.#victims(fault.victim).filter(({ isSuspended }) => !isSuspended);
    const fromUs = cluster.nowUs;
    for (const node of suspended) {
      node.isSuspended = true;
      node.clock.stop(fromUs);
      cluster.pause(node);
    }
    this.#happens(fault, suspended);
    this.#after(
      fault.durationMs,
      () => {
        for (const node of suspended) {
          node.isSuspended = false;
          node.clock.goOn(cluster.nowUs);
          if (fault.stopsWallClock) node.wallClock.stoodStill(cluster.nowUs - fromUs);
          cluster.resume(node);
          // Nothing starts on a machine that is suspended.
          cluster.start(node);
        }
      },
      fault,
      suspended,
    );
  }

  #clockRate(fault: Of<'clockRate'>): void {
    const { cluster } = this.#options;
    const nodes = this.#victims(fault.victim);
    for (const { clock } of nodes) clock.runAt(fault.factor, cluster.nowUs);
    this.#happens(fault, nodes);
    this.#after(
      fault.durationMs,
      () => {
        for (const { clock } of nodes) clock.runAt(1, cluster.nowUs);
      },
      fault,
      nodes,
    );
  }

  #slowFiles(fault: Of<'slowFiles'>): void {
    const slow = this.#victims(fault.victim);
    for (const node of slow) node.slowFilesMs = fault.maxMs;
    this.#happens(fault, slow);
    this.#after(
      fault.durationMs,
      () => {
        for (const node of slow) node.slowFilesMs = 0;
      },
      fault,
      slow,
    );
  }

  #senderGone(fault: Of<'senderGone'>): void {
    const { withinMs, durationMs, maxMs, maxFlushMs } = fault;
    const { cluster } = this.#options;
    const witness: Witness = ({ node: peer, message, sender }) => {
      if (message?.kind !== 'installSnapshot' || peer === null) return;
      const leader = cluster.nodes.find(({ id }) => id === sender?.node);
      if (leader === undefined || message.offset + message.bytes.length < message.record.bytes) return;
      cluster.witnesses.delete(witness);
      cluster.pause(leader);
      peer.slowFilesMs = maxMs;
      if (maxFlushMs > 0) peer.slowFlushMs = { least: maxFlushMs / 2, most: maxFlushMs };
      this.#happens(fault, [leader]);
      this.#after(
        durationMs,
        () => {
          cluster.resume(leader);
          peer.slowFilesMs = 0;
          if (maxFlushMs > 0) peer.slowFlushMs = null;
        },
        fault,
        [leader],
      );
    };
    cluster.witnesses.add(witness);
    this.#after(withinMs, () => cluster.witnesses.delete(witness));
  }

  #slowDisk(fault: Of<'slowDisk'>): void {
    const slow = this.#victims(fault.victim);
    const slowFlushMs = { least: fault.isSteady ? fault.maxFlushMs / 2 : 0, most: fault.maxFlushMs };
    for (const node of slow) node.slowFlushMs = slowFlushMs;
    this.#happens(fault, slow);
    this.#after(
      fault.durationMs,
      () => {
        for (const node of slow) node.slowFlushMs = null;
      },
      fault,
      slow,
    );
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
    this.#happens(fault, [node], `crash, ${fault.ending}`);
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
    this.#startAfter(fault, node);
  }

  /** The machine is down as long as the fault says. */
  #startAfter(fault: Of<'crash' | 'lostDisk' | 'damagedDisk'>, node: SimulatedNode): void {
    node.downs += 1;
    const start = (): void => {
      node.downs -= 1;
      this.#options.cluster.start(node);
    };
    this.#after(fault.durationMs, start, fault, [node]);
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
    this.#happens(fault, [node], fault.copyAgeMs === null ? 'disk lost' : 'disk rolled back');
    this.#startAfter(fault, node);
  }

  /** The others must be able to go on without it, and without all that are out already: they have to fill it again. */
  #damageDisk(node: SimulatedNode, fault: Of<'damagedDisk'>): void {
    const { cluster } = this.#options;
    if (!this.#isDispensable(node)) return;
    this.#happens(fault, [node], 'disk damaged');
    cluster.end(node);
    node.disk.damage();
    if (!fault.hasSnapshots) node.disk.snapshots.clear();
    node.restoreState(0);
    this.#startAfter(fault, node);
  }

  #damageRecords(fault: Of<'damagedRecords'>): void {
    const { cluster, counts } = this.#options;
    const random = new RandomStream(fault.picks, 'records');
    for (const [node, indexes] of this.#recordsToDamage(fault, random)) {
      const isOfAKind = fault.victim === 'spread' || fault.victim === 'overtaken';
      counts.add(isOfAKind ? `records damaged, ${fault.victim}` : 'records damaged');
      cluster.end(node);
      node.disk.damageRecords(indexes, fault.isLegible);
      node.downs += 1;
      this.#after(random.between(0, fault.durationMs), () => {
        node.downs -= 1;
        cluster.start(node);
      });
    }
  }

  #recordsToDamage(fault: Of<'damagedRecords'>, random: RandomStream): ReadonlyMap<SimulatedNode, readonly LogIndex[]> {
    if (fault.victim === 'spread') return spreadDamage(this.#options.cluster, fault.records, random);
    const damaged = new Map<SimulatedNode, readonly LogIndex[]>();
    const isOvertaken = fault.victim === 'overtaken';
    const nodes = fault.victim === 'overtaken' ? this.#options.cluster.members : this.#victims(fault.victim);
    for (const node of nodes) {
      if (damaged.size > 0 && isOvertaken) break;
      if (!this.#isDispensable(node) || node.disk.isMarked) continue;
      const { committed } = this.#options.cluster.watch;
      const indexes = isOvertaken
        ? pickOvertaken(node.disk, committed, fault.records, random)
        : pickIndexes(node.disk, fault.records, random);
      if (indexes.length > 0) damaged.set(node, indexes);
    }
    return damaged;
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

  #changeMembers(fault: Of<'changeMembers'>): void {
    const { wanted, asks } = fault;
    const { cluster, random } = this.#options;
    const wish = changeFor(wanted, cluster.newestConfiguration, cluster.nodes, (items) => random.pick(items));
    if (wish === null) return;
    const change = wanted === 'comeBack' ? { ...wish, add: wish.add.map((one) => this.#wiped(one)) } : wish;
    const leader = asks === 'leader' ? cluster.leader : null;
    const asked = leader ?? random.pick(cluster.nodes);
    this.#happens(fault, [asked], `change of members, ${wanted}`);
    cluster.operate(asked, { kind: 'changeMembers', change });
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

  #takeSnapshots(fault: Of<'snapshot'>): void {
    const { cluster, random } = this.#options;
    const asked = this.#victims(fault.victim);
    this.#happens(fault, asked);
    for (const node of asked) cluster.operate(node, { kind: 'takeSnapshot', isLinearizable: random.chance(0.5) });
  }

  #transfer(fault: Of<'transfer'>): void {
    const { cluster, random } = this.#options;
    const node = fault.target === null ? undefined : cluster.nodes[fault.target];
    const asked = random.pick(cluster.nodes);
    this.#happens(fault, [asked]);
    cluster.operate(asked, { kind: 'transfer', target: node?.id ?? null });
  }

  #victims(victim: Victim): readonly SimulatedNode[] {
    const { cluster, random } = this.#options;
    if (victim === 'all') return cluster.nodes;
    const node = victim === 'leader' ? (cluster.leader ?? random.pick(cluster.nodes)) : cluster.nodes[victim];
    return node === undefined ? [] : [node];
  }

  /** Counts a fault that strikes these, now that it is known to happen, and tells whoever listens. */
  #happens(fault: Fault, struck: readonly SimulatedNode[], kind: string = fault.kind): void {
    this.#options.counts.add(kind);
    const names = struck.length === 0 ? null : struck.map(({ id }) => id);
    this.#options.cluster.note(() => `${faultText(fault, names)} begins`);
  }

  #after(
    durationMs: number,
    undo: () => void,
    fault: Fault | null = null,
    struck: readonly SimulatedNode[] = [],
  ): void {
    const once = this.#whenHealed(() => {
      const whom = struck.length === 0 ? '' : ` of ${struck.map(({ id }) => id).join(', ')}`;
      if (fault !== null) this.#options.cluster.note(() => `${fault.kind}${whom} ends`);
      undo();
    });
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
