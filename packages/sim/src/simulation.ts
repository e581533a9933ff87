import { checkConfigStore, type History, type StoreOperation, type StoreOutcome } from '@quorate/checker';
import { decideRetry, defaultRaftSettings, electionTimeoutsFor, type RaftSettings } from '@quorate/raft';
import type { Plant } from './bugs/plant.ts';
import { Bus } from './faults/bus.ts';
import { type ClockFaultsOptions, drawClockFaults } from './faults/clock-faults.ts';
import type { Fault } from './faults/fault.ts';
import { FaultCounts } from './faults/fault-counts.ts';
import { FaultDirector } from './faults/fault-director.ts';
import { Network } from './faults/network.ts';
import {
  drawBusLosses,
  drawDamagedRecords,
  drawFaults,
  drawMemberChanges,
  drawOvertakenTails,
  drawSnapshots,
  drawTold,
  drawTransfers,
} from './faults/plan.ts';
import { RandomStream } from './host/random-stream.ts';
import { withoutRealTime } from './host/real-time-guard.ts';
import { SimulatedCluster } from './host/simulated-cluster.ts';
import type { SimulatedEvent } from './host/simulated-event.ts';
import { TraceHash } from './host/trace-hash.ts';
import type { Violation } from './invariants/watch.ts';
import { Acknowledgements } from './workload/acknowledgements.ts';
import { Clients } from './workload/clients.ts';
import { drawWork, type Work } from './workload/draw-work.ts';
import { HistoryRecorder } from './workload/history-recorder.ts';
import { LeaseHolders } from './workload/lease-holders.ts';
import { NodeReads } from './workload/node-reads.ts';
import { StateChecks } from './workload/state-checks.ts';
import { Watchers } from './workload/watchers.ts';

/** What a run is made from. Everything but the seed is drawn from it if it is not given. */
export interface SimulationOptions {
  readonly seed: number;
  readonly nodes?: number;
  /** What goes wrong, instead of what the seed draws. */
  readonly faults?: readonly Fault[];
  /** When faults and clients end, instead of after the usual time. */
  readonly faultsUntilMs?: number;
  /** Other fates for the messages than the seed draws first, where they meet the same faults. */
  readonly networkVariant?: number;
  /** Whether every other client writes in a session, whatever the seed draws. */
  readonly sessions?: boolean;
  /** What there is beside plain reads and writes, where it is not to be what the seed draws. */
  readonly work?: Partial<Work>;
  /** A bug to run with. */
  readonly plant?: Plant;
  readonly onEvent?: (event: SimulatedEvent) => void;
  /** Is told what no event tells: what goes wrong and for whom, what clients ask and are told, what nodes write and what becomes of them. */
  readonly onNote?: (atUs: number, note: string) => void;
  /** Whether the run's trace is hashed, which takes about as long as the run. */
  readonly isHashed?: boolean;
}

/** What came of a run. */
export interface SimulationResult {
  readonly seed: number;
  readonly nodes: number;
  /** Null if every invariant held. */
  readonly violation: Violation | null;
  /** Of everything that happened and was said: the same seed has the same. Null if it was not asked for. */
  readonly hash: string | null;
  readonly events: number;
  readonly simulatedMs: number;
  /** Calls of clients that the store has answered. */
  readonly acknowledged: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly faults: readonly Fault[];
  readonly history: History<StoreOperation, StoreOutcome>;
  /** Whether the checker reached a limit before it knew. */
  readonly isUndecided: boolean;
}

const faultsFromMs = 800;
/** When faults end in a run of which nothing else was asked. */
export const usualFaultsUntilMs = 50_000;
/** So many election timeouts a cluster without faults may be without a leader (and every client without an answer). */
const electionsInElectionTimeouts = 10;
const progressMs = 4000;
const restMs = 3000;
/** So long before the end of the faults clients are quiet in some runs. */
const quietMs = 2000;
const maxCheckerSteps = 3_000_000;

/** Runs one seed: faults and clients for a while, then clients alone, then nothing, and at last the checker. */
export function simulate(options: SimulationOptions): SimulationResult {
  const { result, check } = withoutRealTime(() => run(options));
  if (result.violation !== null) return result;
  // The checker may look at the real clock, if it wants to.
  return check(result);
}

function run(options: SimulationOptions): {
  readonly result: SimulationResult;
  readonly check: (result: SimulationResult) => SimulationResult;
} {
  const { seed, plant = {}, isHashed = false, networkVariant = 0, onNote } = options;
  const hash = isHashed ? new TraceHash() : null;
  const plan = new RandomStream(seed, 'plan');
  const drawnNodes = plan.pick([3, 3, 5]);
  const nodes = options.nodes ?? drawnNodes;
  const counts = new FaultCounts();
  const members = new RandomStream(seed, 'members');
  const spares = members.chance(0.4) ? 2 + members.below(4) : 0;
  const distanceMs = drawDistance(new RandomStream(seed, 'distance'));
  const fates = new RandomStream(seed, networkStreamOf(networkVariant));
  const network = new Network(fates, counts, nodes + spares, Math.round(distanceMs * 1000));
  const bus = new Bus(new RandomStream(seed, 'no responders'), counts, nodes + spares);
  const recorder = new HistoryRecorder();
  const isFlushLate = plan.chance(0.7);
  const snapshots = new RandomStream(seed, 'snapshots');
  const snapshotSettings = drawSnapshotSettings(snapshots);
  const drawnSettings = { ...drawSettings(plan), ...snapshotSettings };
  const withLag = spares === 0 ? drawnSettings : { ...drawnSettings, maxPromotionLagEntries: members.pick([5, 1000]) };
  const removal = { autoRemoveAfterMs: drawAutoRemoval(new RandomStream(seed, 'auto-removal')) };
  const leases = { leaseMs: drawLease(new RandomStream(seed, 'leases')) };
  const beat = { heartbeatIntervalMs: new RandomStream(seed, 'heartbeats').pick([50, 50, 50, 20]) };
  const room = { maxUncommittedBytes: drawRoom(new RandomStream(seed, 'room')) };
  const drawn = { ...withLag, ...removal, ...leases, ...beat, ...room };
  const settings = plant.settings?.(drawn) ?? drawn;
  const work = { ...drawWork(new RandomStream(seed, 'work')), ...plant.work, ...options.work };
  const workload = {
    clients: 6,
    keys: 2 + plan.below(5),
    meanPauseMs: 180,
    timeoutMs: plan.pick([500, 1000, 3000]),
    toLeader: plan.pick([0, 0.5, 0.9]),
    decideRetry: plant.decideRetry ?? decideRetry,
    transactions: work.transactions ? new RandomStream(seed, 'transactions') : null,
    sessionTtlMs: drawSessions(new RandomStream(seed, 'sessions'), options.sessions ?? false),
  };
  const faultsUntilMs = options.faultsUntilMs ?? usualFaultsUntilMs;
  const window = { fromMs: faultsFromMs, untilMs: usualFaultsUntilMs - 1000 };
  const streams = {
    plan,
    members,
    snapshots,
    bus: new RandomStream(seed, 'bus'),
    clocks: new RandomStream(seed, 'clock faults'),
    told: new RandomStream(seed, 'told'),
    records: new RandomStream(seed, 'damaged records'),
    tails: new RandomStream(seed, 'overtaken tails'),
  };
  const hasLeases = leases.leaseMs > 0;
  const steps = drawSteps(streams, { nodes, spares, window, leaseMs: leases.leaseMs });
  const faults = options.faults ?? (hasLeases ? steps.filter(({ kind }) => kind !== 'clockJump') : steps);
  const acknowledgements = new Acknowledgements();
  const cluster: SimulatedCluster = new SimulatedCluster({
    seed,
    nodes,
    spares,
    settings,
    network,
    bus,
    counts,
    isFlushLate,
    plant,
    onAnswer: (answered) => {
      const { request, answer } = answered;
      if (answer.kind === 'result') acknowledgements.note(answer.index, cluster.nowUs / 1000);
      if (holders.isOwn(request)) holders.onAnswer(answered);
      else if (nodeReads.isOwn(request)) nodeReads.onAnswer(answered);
      else clients.onAnswer(answered);
    },
    onEvent: onEventOf(options, hash),
    onNote: onNote === undefined ? null : (note) => onNote(cluster.nowUs, note),
  });
  const clients: Clients = new Clients(workload, {
    cluster,
    network,
    random: new RandomStream(seed, 'clients'),
    recorder,
  });
  const nodeReads = new NodeReads({
    cluster,
    counts,
    acknowledgements,
    random: new RandomStream(seed, 'node reads'),
    keys: workload.keys,
  });
  const holders = new LeaseHolders({ cluster, counts, random: new RandomStream(seed, 'lease holders') });
  const watchers = new Watchers({
    cluster,
    counts,
    random: new RandomStream(seed, 'watchers'),
    keys: workload.keys,
    plant,
  });
  const stateChecks = new StateChecks({
    cluster,
    counts,
    random: new RandomStream(seed, 'state checks'),
    plant,
    goesAstray: work.stateChecks === 'astray',
  });
  const director = new FaultDirector({ cluster, network, bus, counts, random: new RandomStream(seed, 'faults') });
  director.schedule(faults.filter(({ atMs }) => atMs < faultsUntilMs));
  for (const node of cluster.nodes) cluster.start(node);
  clients.start();
  nodeReads.start();
  if (work.others === 'leaseHolders') holders.start();
  if (work.others === 'watchers') watchers.start();
  if (work.stateChecks !== null) stateChecks.start();

  const { electionTimeoutMaxMs } = electionTimeoutsFor(settings, { roundTripMs: 2 * (distanceMs + 1), flushMs: null });
  const electionsMs = electionsInElectionTimeouts * electionTimeoutMaxMs;
  const isQuietAtEnd = new RandomStream(seed, 'end').chance(0.4);
  cluster.runUntil(faultsUntilMs - quietMs);
  // From here on it is seen whether the nodes make good by themselves what was lost: nobody asks beside the clients.
  nodeReads.stop();
  holders.stop();
  if (isQuietAtEnd) clients.stop();
  cluster.runUntil(faultsUntilMs);
  director.healAll();
  if (isQuietAtEnd) catchUp(cluster, electionsMs);
  clients.start();
  comeToRest(cluster, clients, electionsMs);
  if (work.others === 'watchers' && cluster.watch.violation === null) watchers.finish();
  if (work.stateChecks !== null && cluster.watch.violation === null) stateChecks.finish();
  const { history } = recorder;
  const result: SimulationResult = {
    seed,
    nodes,
    violation: cluster.watch.violation,
    hash: hash?.toString() ?? null,
    events: cluster.events,
    simulatedMs: cluster.nowUs / 1000,
    acknowledged: clients.answered.reduce((sum, answered) => sum + answered, 0),
    counts: counts.all,
    faults,
    history,
    isUndecided: false,
  };
  return { result, check: (checked) => ({ ...checked, ...verdictOn(history) }) };
}

function onEventOf({ onEvent }: SimulationOptions, hash: TraceHash | null): ((event: SimulatedEvent) => void) | null {
  if (hash === null) return onEvent ?? null;
  return (event) => {
    hash.add(event);
    onEvent?.(event);
  };
}

const networkStreamOf = (variant: number): string => (variant === 0 ? 'network' : `network ${variant}`);

/** Nobody asks anything: what was lost is made good by the nodes themselves, and not by what comes next. */
function catchUp(cluster: SimulatedCluster, electionsMs: number): void {
  cluster.runUntil(awaitLeader(cluster, electionsMs) + restMs);
  rest(cluster);
}

/** Whoever is behind, and comes nearer, is given time for it: with batches of one entry, far apart, a log takes a while. */
function rest(cluster: SimulatedCluster): void {
  const { watch } = cluster;
  for (let missing = missingEntries(cluster); missing > 0 && watch.violation === null; ) {
    cluster.runUntil(cluster.nowUs / 1000 + restMs);
    const missingNow = missingEntries(cluster);
    if (missingNow >= missing) break;
    missing = missingNow;
  }
  if (watch.violation === null) watch.atRest(cluster.members);
}

/** How many entries the members' logs lack in all of the longest. */
function missingEntries({ members }: SimulatedCluster): number {
  const lengths = members.map(({ disk }) => disk.lastIndex);
  const longest = Math.max(0, ...lengths);
  return lengths.reduce((missing, length) => missing + longest - length, 0);
}

/** Runs until there is to be a leader, and gives that time. */
function awaitLeader(cluster: SimulatedCluster, electionsMs: number): number {
  const fromMs = cluster.nowUs / 1000;
  // By the timeouts that the nodes count by, where those had grown in the storms before.
  const grownElectionsMs = electionsInElectionTimeouts * cluster.longestElectionTimeoutMs;
  cluster.runUntil(fromMs + electionsMs);
  if (cluster.leader !== null) return fromMs + electionsMs;
  const byMs = fromMs + Math.max(electionsMs, grownElectionsMs);
  cluster.runUntil(byMs);
  return byMs;
}

function comeToRest(cluster: SimulatedCluster, clients: Clients, electionsMs: number): void {
  const { watch } = cluster;
  if (watch.violation !== null) return;
  const electedByMs = awaitLeader(cluster, electionsMs);
  if (cluster.leader === null) watch.violated('a leader within ten election timeouts', 'there is none');
  const before = clients.answered;
  const starved = (): number => clients.answered.findIndex((answered, place) => answered === before[place]);
  cluster.runUntil(electedByMs + progressMs);
  // Most machines may be no members, and a client may have met no other so far.
  const untilMs = electedByMs + progressMs + (starved() === -1 ? 0 : 2 * progressMs);
  cluster.runUntil(untilMs);
  if (starved() !== -1) watch.violated('every client makes progress', `client ${starved()} was not answered`);
  clients.stop();
  cluster.runUntil(untilMs + restMs);
  rest(cluster);
}

function verdictOn(
  history: History<StoreOperation, StoreOutcome>,
): Pick<SimulationResult, 'violation' | 'isUndecided'> {
  const verdict = checkConfigStore(history, { maxSteps: maxCheckerSteps });
  if (verdict.kind !== 'not-linearizable') return { violation: null, isUndecided: verdict.kind === 'undecided' };
  const what = verdict.explain({ maxSteps: maxCheckerSteps }).join('\n');
  return { violation: { invariant: 'linearizability', what }, isUndecided: false };
}

/**
 * What goes wrong, and what an operator does meanwhile. A disk that is lost while the voters change may leave no quorum of
 * any configuration: that is for clusters whose members stay.
 */
function drawSteps(
  {
    plan,
    members,
    snapshots,
    bus,
    clocks,
    told,
    records,
    tails,
  }: Readonly<Record<'plan' | 'members' | 'snapshots' | 'bus' | 'clocks' | 'told' | 'records' | 'tails', RandomStream>>,
  { spares, ...options }: ClockFaultsOptions & { readonly spares: number },
): readonly Fault[] {
  const { window } = options;
  const nodes = options.nodes + spares;
  const faults = drawFaults(plan, nodes, window).filter(({ kind }) => spares === 0 || kind !== 'lostDisk');
  const changes = spares === 0 ? [] : drawMemberChanges(members, window);
  const transfers = members.chance(0.5) ? drawTransfers(members, nodes, window) : [];
  const taken = snapshots.chance(0.5) ? drawSnapshots(snapshots, nodes, window) : [];
  const losses = bus.chance(0.4) ? drawBusLosses(bus, nodes, window) : [];
  const clockFaults = drawClockFaults(clocks, { ...options, nodes });
  const damaged = records.chance(0.3) ? drawDamagedRecords(records, nodes, window) : [];
  const overtaken = tails.chance(0.25) ? drawOvertakenTails(tails, window) : [];
  const all = [...faults, ...changes, ...transfers, ...taken, ...losses, ...clockFaults, ...damaged, ...overtaken];
  return drawTold(
    told,
    all.sort((one, other) => one.atMs - other.atMs),
  );
}

/** Small batches and windows in some runs, so that their ends are met. */
function drawSettings(plan: RandomStream): RaftSettings {
  const maxBatchEntries = plan.pick([1, 4, defaultRaftSettings.maxBatchEntries]);
  const maxInflightAppends = plan.pick([2, defaultRaftSettings.maxInflightAppends]);
  return { ...defaultRaftSettings, maxBatchEntries, maxInflightAppends };
}

/** Runs in which every other client writes in a session. */
const sessionsChance = 0.3;

/** How long sessions last, or null if there are none. Some are shorter than clients are cut off from the group. */
function drawSessions(random: RandomStream, areWanted: boolean): number | null {
  if (!random.chance(sessionsChance) && !areWanted) return null;
  return random.pick([1_000, 3_000, 20_000]);
}

/** In some runs the nodes are far from each other: milliseconds, one way. */
const drawDistance = (random: RandomStream): number => (random.chance(0.15) ? random.between(5, 25) : 0);

/** In some runs voters that were away go by themselves, after times for which faults keep nodes away. */
const drawAutoRemoval = (random: RandomStream): number | null =>
  random.chance(0.4) ? random.pick([100, 500, 2000]) : null;

/** In some runs a few commands fill what may wait or be uncommitted: others are refused. */
const drawRoom = (random: RandomStream): number =>
  random.chance(0.15) ? random.pick([10, 60, 200]) : defaultRaftSettings.maxUncommittedBytes;

/** None in some runs, and in some longer ones than ship: those that outlast the shortest election timeout are not covered by leader stickiness. A lease rests on monotonic clocks that do not jump. */
const drawLease = (random: RandomStream): number => random.pick([0, defaultRaftSettings.leaseMs, 150, 280]);

/** Snapshots every few entries in some runs, in small chunks. */
function drawSnapshotSettings(random: RandomStream): Partial<RaftSettings> {
  return {
    snapshotEntries: random.pick([20, 60, 200, defaultRaftSettings.snapshotEntries]),
    logTailEntries: random.pick([0, 5, 50]),
    snapshotChunkBytes: random.pick([256, 2000, 64 * 1024]),
    maxInflightChunks: random.pick([1, 4]),
  };
}
