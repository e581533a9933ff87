import { Bus } from '../faults/bus.ts';
import { FaultCounts } from '../faults/fault-counts.ts';
import { Network } from '../faults/network.ts';
import { RandomStream } from '../host/random-stream.ts';
import { SimulatedCluster } from '../host/simulated-cluster.ts';
import type { SimulatedNode } from '../host/simulated-node.ts';
import { type NetworkKind, weatherOf } from './networks.ts';
import type { PaceKind } from './paces.ts';

/** What a cluster did at a pace: a calm while, and then its leader fell silent. */
export interface PaceMeasurement {
  /** Between nodes, lost ones among them, in each second of the calm. */
  readonly messagesPerSecond: number;
  /** In the calm: how often a node asked for pre-votes, and how often a term began. Each was needless. */
  readonly campaigns: number;
  readonly terms: number;
  /** The share of the calm in which no node led, or several did. */
  readonly leaderless: number;
  /** How long it took until another node asked for pre-votes, and until one led; null: none did. */
  readonly noticedMs: number | null;
  readonly replacedMs: number | null;
}

const nodes = 3;
/** Until then the first leader is found, and links are measured. */
const settledMs = 20_000;
const calmMs = 60_000;
const patienceMs = 30_000;
const glanceMs = 20;

/** Counts what is sent. */
class CountingNetwork extends Network {
  sent = 0;

  override betweenUs(from: number, to: number, nowUs: number): readonly number[] {
    this.sent += 1;
    return super.betweenUs(from, to, nowUs);
  }
}

/** Runs a cluster without clients on such a network at such a pace: nobody but the nodes themselves sends anything. The same seed measures the same. */
export function measurePace(seed: number, networkKind: NetworkKind, pace: PaceKind): PaceMeasurement {
  const counts = new FaultCounts();
  const network = new CountingNetwork(
    new RandomStream(seed, 'network'),
    counts,
    nodes,
    Math.round(networkKind.distanceMs * 1000),
  );
  network.begin(weatherOf(networkKind));
  const cluster = new SimulatedCluster({
    seed,
    nodes,
    spares: 0,
    settings: pace.settings,
    network,
    bus: new Bus(new RandomStream(seed, 'no responders'), counts, nodes),
    counts,
    isFlushLate: false,
    plant: { parts: pace.parts },
    onAnswer: () => {},
    onEvent: null,
  });
  for (const node of cluster.nodes) cluster.start(node);
  const campaigns = noteCampaigns(cluster);
  runOn(cluster, settledMs);

  const before = { sent: network.sent, term: newestTerm(cluster) };
  campaigns.length = 0;
  const leaderless = runCalm(cluster);
  const calm = {
    messagesPerSecond: (network.sent - before.sent) / (calmMs / 1000),
    campaigns: campaigns.length,
    terms: newestTerm(cluster) - before.term,
    leaderless,
  };
  return { ...calm, ...silenceLeader(cluster, campaigns, new RandomStream(seed, 'silence')) };
}

/** The nodes that have asked for pre-votes, and when. */
function noteCampaigns(cluster: SimulatedCluster): { readonly by: SimulatedNode; readonly atUs: number }[] {
  const campaigns: { readonly by: SimulatedNode; readonly atUs: number }[] = [];
  cluster.witnesses.add(({ kind, node: by, atUs }) => {
    if (kind === 'campaignPrepared' && by !== null) campaigns.push({ by, atUs });
  });
  return campaigns;
}

function runOn(cluster: SimulatedCluster, byMs: number): void {
  cluster.runUntil(cluster.nowUs / 1000 + byMs);
  const { violation } = cluster.watch;
  if (violation !== null) throw new Error(`${violation.invariant}: ${violation.what}`);
}

function runCalm(cluster: SimulatedCluster): number {
  let without = 0;
  for (let atMs = 0; atMs < calmMs; atMs += glanceMs) {
    runOn(cluster, glanceMs);
    if (cluster.leader === null) without += 1;
  }
  return without / (calmMs / glanceMs);
}

/** The leader's process stands still, at some moment between two heartbeats: nobody is told, and its silence has to be noticed. */
function silenceLeader(
  cluster: SimulatedCluster,
  campaigns: readonly { readonly by: SimulatedNode; readonly atUs: number }[],
  random: RandomStream,
): Pick<PaceMeasurement, 'noticedMs' | 'replacedMs'> {
  runOn(cluster, random.between(0, 1000));
  const { leader, nowUs: fromUs } = cluster;
  if (leader === null) return { noticedMs: null, replacedMs: null };
  cluster.pause(leader);
  const others = cluster.nodes.filter((node) => node !== leader);
  const isReplaced = (): boolean => others.some(({ process }) => process?.system.has('leader'));
  const untilUs = fromUs + patienceMs * 1000;
  while (!isReplaced() && cluster.nowUs < untilUs) runOn(cluster, 1);
  const first = campaigns.find(({ by, atUs }) => by !== leader && atUs > fromUs);
  return {
    noticedMs: first === undefined ? null : (first.atUs - fromUs) / 1000,
    replacedMs: isReplaced() ? (cluster.nowUs - fromUs) / 1000 : null,
  };
}

const newestTerm = (cluster: SimulatedCluster): number =>
  Math.max(...cluster.nodes.map(({ disk }) => disk.hardState.currentTerm));
