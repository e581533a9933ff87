import type { RandomStream } from '../host/random-stream.ts';
import type { SimulatedCluster } from '../host/simulated-cluster.ts';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { Fault } from './fault.ts';
import { comersOf } from './member-changes.ts';

type Partition = Extract<Fault, { kind: 'partition' }>;

/** From which machine to which, by their places. */
export type Road = readonly [from: number, to: number];

/** What a partition cuts. */
export interface Cut {
  readonly roads: readonly Road[];
  /** Those of the roads on which NATS tells the sender that nobody listens. */
  readonly told: readonly Road[];
}

/** What a partition cuts that has no victim. */
export const nothingCut: Cut = { roads: [], told: [] };

/** What a partition cuts around its victim, as the members stand when it begins. */
export function roadsCutBy(
  fault: Partition,
  victim: SimulatedNode,
  cluster: SimulatedCluster,
  random: RandomStream,
): Cut {
  const others = cluster.nodes.map(({ place }) => place).filter((place) => place !== victim.place);
  const side = fault.shape === 'pair' ? [victim.place] : [victim.place, ...companyOf(fault, others, cluster)];
  const rest = fault.shape === 'pair' ? [random.pick(others)] : others.filter((place) => !side.includes(place));
  const roads = side.flatMap((inside) => rest.flatMap((outside) => roadsBetween(inside, outside, fault)));
  return { roads, told: roads.filter(([from]) => isTold(fault, side.includes(from))) };
}

/** Who stands with the victim. */
function companyOf(
  { shape, company }: Partition,
  others: readonly number[],
  cluster: SimulatedCluster,
): readonly number[] {
  if (shape !== 'comers') return others.slice(0, company);
  const comers = comersOf(cluster.newestConfiguration);
  return others.filter((place) => comers.some((id) => id === cluster.nodes[place]?.id));
}

function roadsBetween(inside: number, outside: number, { shape }: Partition): readonly Road[] {
  if (shape === 'oneWayOut') return [[inside, outside]];
  if (shape === 'oneWayIn') return [[outside, inside]];
  return [
    [inside, outside],
    [outside, inside],
  ];
}

/** Whether NATS tells whoever sends from that side that nobody listens on the other. */
function isTold({ told = 'nobody' }: Partition, isVictimsSide: boolean): boolean {
  if (told === 'both') return true;
  return told === (isVictimsSide ? 'victims' : 'others');
}

/** Roads in words. */
export const roadsText = (roads: readonly Road[], nodes: readonly SimulatedNode[]): string =>
  roads.map(([from, to]) => `${nodes[from]?.id} → ${nodes[to]?.id}`).join(', ');
