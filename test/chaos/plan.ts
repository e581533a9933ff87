import type { MessageRates, RandomStream } from '@quorate/sim';
import type { ClientSide, Fault, FaultKind, Victim } from './fault.ts';

/** What a run is made of: drawn from its seed, so that the same seed means the same. How it then goes is not decided by the seed. */
export interface Plan {
  readonly nodes: number;
  /** How actors' messages travel within a node; over NATS they can be lost too. */
  readonly localDelivery: 'memory' | 'nats';
  readonly keys: number;
  /** How long a call may take. */
  readonly timeoutMs: number;
  readonly rounds: readonly Round[];
}

/** Faults for a while, and then quiet. */
export interface Round {
  readonly faults: readonly Fault[];
  /** When all faults of the round are ended. */
  readonly faultsMs: number;
  /** How long clients go on undisturbed once they make progress again. */
  readonly quietMs: number;
}

/** Clients on connections that nothing happens to. */
export const CALM_CLIENTS = 3;
/** Clients whose messages are lost and late, and who stand on one side of a partition. */
export const FAULTY_CLIENTS = 5;

/** How often each kind comes in a deck; a new one is shuffled when it is used up, so that a run has every kind soon. */
const deck: readonly FaultKind[] = [
  ...(['storm', 'storm', 'partition', 'partition', 'partition'] as const),
  ...(['pause', 'pause', 'kill', 'kill', 'restart', 'busRestart'] as const),
];
/** About what it takes after the faults until all is well again. */
const recoveryMs = 300;

/** Draws a run of about so many minutes. */
export function drawPlan(random: RandomStream, nodes: number, minutes: number): Plan {
  const localDelivery = random.chance(0.25) ? 'nats' : 'memory';
  const keys = 2 + random.below(4);
  const timeoutMs = random.pick([600, 1_000, 2_000]);
  const rounds: Round[] = [];
  const nextKind = dealer(random);
  for (let leftMs = minutes * 60_000; leftMs > 0; ) {
    const round = drawRound(random, nodes, nextKind);
    rounds.push(round);
    leftMs -= round.faultsMs + recoveryMs + round.quietMs;
  }
  return { nodes, localDelivery, keys, timeoutMs, rounds };
}

function drawRound(random: RandomStream, nodes: number, nextKind: () => FaultKind): Round {
  const faultsMs = Math.floor(random.between(2_500, 5_000));
  const count = 1 + random.below(4);
  const faults = Array.from({ length: count }, () => {
    const atMs = Math.floor(random.between(0, faultsMs - 1_000));
    return drawFault(nextKind(), atMs, nodes, random);
  });
  const quietMs = Math.floor(random.between(500, 1_500));
  return { faults: faults.sort((one, other) => one.atMs - other.atMs), faultsMs, quietMs };
}

function dealer(random: RandomStream): () => FaultKind {
  const left: FaultKind[] = [];
  return () => {
    if (left.length === 0) left.push(...deck);
    const kind = random.pick(left);
    left.splice(left.indexOf(kind), 1);
    return kind;
  };
}

function drawFault(kind: FaultKind, atMs: number, nodes: number, random: RandomStream): Fault {
  switch (kind) {
    case 'storm':
      return {
        kind,
        atMs,
        durationMs: duration(random, 1_000, 4_000),
        between: ratesOf(random),
        within: random.chance(0.5) ? ratesOf(random) : { lost: 0, doubled: 0, late: 0 },
        clients: { lost: sometimes(random, 0.5, 0.2), late: sometimes(random, 0.6, 0.4) },
        maxLateMs: Math.floor(10 ** random.between(1, 3.3)),
        reordered: random.chance(0.7),
      };
    case 'partition':
      return {
        kind,
        atMs,
        durationMs: duration(random, 500, 3_500),
        shape: random.pick(['symmetric', 'symmetric', 'oneWayOut', 'oneWayIn', 'pair']),
        victim: oneOf(nodes, random),
        company: random.below(Math.ceil(nodes / 2)),
        clients: Array.from({ length: FAULTY_CLIENTS }, () =>
          random.pick<ClientSide>(['inside', 'inside', 'outside', 'free']),
        ),
      };
    case 'pause':
      return { kind, atMs, durationMs: Math.floor(10 ** random.between(1.5, 3.5)), victim: anyOf(nodes, random) };
    case 'kill':
    case 'restart':
      return { kind, atMs, durationMs: Math.floor(10 ** random.between(0.5, 3.4)), victim: anyOf(nodes, random) };
    case 'busRestart':
      return { kind, atMs, durationMs: Math.floor(10 ** random.between(0.5, 3.2)) };
    default:
      return kind satisfies never;
  }
}

const duration = (random: RandomStream, leastMs: number, mostMs: number): number =>
  Math.floor(random.between(leastMs, mostMs));

const ratesOf = (random: RandomStream): MessageRates => ({
  lost: sometimes(random, 0.7, 0.33),
  doubled: sometimes(random, 0.6, 0.3),
  late: sometimes(random, 0.7, 0.4),
});

const sometimes = (random: RandomStream, chance: number, most: number): number =>
  random.chance(chance) ? Math.round(random.next() * most * 1_000) / 1_000 : 0;

const oneOf = (nodes: number, random: RandomStream): Exclude<Victim, 'all'> =>
  random.chance(0.6) ? 'leader' : random.below(nodes);

const anyOf = (nodes: number, random: RandomStream): Victim => (random.chance(0.12) ? 'all' : oneOf(nodes, random));
