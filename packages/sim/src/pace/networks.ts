import type { Fault } from '../faults/fault.ts';

/** What lies between the nodes, all the time. */
export interface NetworkKind {
  readonly name: string;
  /** One way, beyond what a room takes. */
  readonly distanceMs: number;
  /** The share of messages that never come. */
  readonly lost: number;
  /** The share of those that come late, and how late at most. */
  readonly late: number;
  readonly maxLateMs: number;
}

const steady = { late: 0, maxLateMs: 0 };

/** The networks that paces are compared on. */
export const networkKinds: readonly NetworkKind[] = [
  { name: 'good: 1 ms there and back', distanceMs: 0, lost: 0, ...steady },
  { name: 'lossy: 1 ms, 30 % lost', distanceMs: 0, lost: 0.3, ...steady },
  { name: 'slow: 80 ms', distanceMs: 39, lost: 0, ...steady },
  { name: 'slow and lossy: 80 ms, 30 % lost', distanceMs: 39, lost: 0.3, ...steady },
  {
    name: 'slow and unsteady: 80 ms, a fifth of it up to 400 ms late',
    distanceMs: 39,
    lost: 0,
    late: 0.2,
    maxLateMs: 400,
  },
  { name: 'slowest: 300 ms', distanceMs: 149, lost: 0, ...steady },
];

/** A storm that loses messages between nodes, or holds them up, and does nothing else. */
export const weatherOf = ({ lost, late, maxLateMs }: NetworkKind): Extract<Fault, { kind: 'storm' }> => {
  const calm = { lost: 0, doubled: 0, late: 0 };
  return {
    kind: 'storm',
    atMs: 0,
    durationMs: 0,
    between: { ...calm, lost, late },
    within: calm,
    clients: { lost: 0, late: 0 },
    maxLateMs,
    reordered: false,
  };
};
