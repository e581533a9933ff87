import type { Fault } from './failover-figures.ts';
import type { Load } from './load.ts';
import type { Subject, SystemName } from './system.ts';

/** How the figures of two are compared. */
export type Metric = 'perSecond' | 'p50' | 'p99';

/** How Quorate is to stand beside another: our figure divided by theirs. */
export interface RatioGoal {
  readonly metric: Metric;
  readonly beside: Subject;
  readonly bound: { readonly atLeast: number } | { readonly atMost: number };
}

/** A load without its times, which the options say. */
export type LoadShape = Omit<Load, 'seconds' | 'warmUpSeconds'>;

/** One load on several systems, one after the other, over and over. */
export interface LoadExperiment {
  readonly kind: 'load';
  readonly id: string;
  readonly title: string;
  readonly load: LoadShape;
  readonly systems: readonly SystemName[];
  readonly goals: readonly RatioGoal[];
}

/** Leaders lost. */
export interface FailoverExperiment {
  readonly kind: 'failover';
  readonly id: string;
  readonly title: string;
  readonly fault: Fault;
  readonly systems: readonly ('quorate' | 'etcd')[];
  readonly atMostMs: { readonly median: number; readonly p99: number };
}

/** One kind of load that grows, and what becomes of each system with it. */
export interface CurveExperiment {
  readonly kind: 'curve';
  readonly id: string;
  readonly title: string;
  readonly shape: 'throughput' | 'latency';
  readonly loads: readonly LoadShape[];
  readonly systems: readonly SystemName[];
}

export type Experiment = LoadExperiment | FailoverExperiment | CurveExperiment;

const shape = (operation: 'put' | 'get', callers: number, ratePerSecond: number | null = null): LoadShape => ({
  operation,
  callers,
  connections: Math.min(callers, 8),
  keys: 10_000,
  valueBytes: 256,
  ratePerSecond,
});

/** All that `npm run bench` measures, and what it is to come to. */
export const experiments: readonly Experiment[] = [
  {
    kind: 'load',
    id: 'put-256',
    title: 'writes, 256 callers over 8 connections',
    load: shape('put', 256),
    systems: ['quorate', 'limit', 'etcd', 'jetstream'],
    goals: [
      { metric: 'perSecond', beside: 'limit', bound: { atLeast: 0.9 } },
      { metric: 'perSecond', beside: 'etcd', bound: { atLeast: 2.5 } },
      { metric: 'perSecond', beside: 'jetstream', bound: { atLeast: 2.2 } },
      { metric: 'p99', beside: 'etcd', bound: { atMost: 0.5 } },
    ],
  },
  {
    kind: 'load',
    id: 'put-1000',
    title: 'writes, 1,000 callers over 8 connections',
    load: shape('put', 1_000),
    systems: ['quorate', 'limit', 'etcd'],
    goals: [
      { metric: 'perSecond', beside: 'limit', bound: { atLeast: 0.9 } },
      { metric: 'perSecond', beside: 'etcd', bound: { atLeast: 4 } },
    ],
  },
  {
    kind: 'load',
    id: 'put-1',
    title: 'writes, one caller',
    load: shape('put', 1),
    systems: ['quorate', 'etcd', 'limit'],
    goals: [{ metric: 'p50', beside: 'etcd', bound: { atMost: 1.2 } }],
  },
  {
    kind: 'load',
    id: 'get-1',
    title: 'linearizable reads, one caller',
    load: shape('get', 1),
    systems: ['quorate', 'etcd'],
    goals: [{ metric: 'p50', beside: 'nats', bound: { atMost: 1.25 } }],
  },
  {
    kind: 'load',
    id: 'get-256',
    title: 'linearizable reads, 256 callers over 8 connections',
    load: shape('get', 256),
    systems: ['quorate', 'etcd'],
    goals: [{ metric: 'perSecond', beside: 'etcd', bound: { atLeast: 3 } }],
  },
  {
    kind: 'failover',
    id: 'failover-kill',
    title: 'leader killed by SIGKILL',
    fault: 'kill',
    systems: ['quorate', 'etcd'],
    atMostMs: { median: 100, p99: 500 },
  },
  {
    kind: 'failover',
    id: 'failover-pause',
    title: 'leader stopped by SIGSTOP',
    fault: 'pause',
    systems: ['quorate', 'etcd'],
    atMostMs: { median: 450, p99: 1_000 },
  },
  {
    kind: 'failover',
    id: 'failover-cut',
    title: 'leader cut off from NATS',
    fault: 'cut',
    systems: ['quorate'],
    atMostMs: { median: 450, p99: 1_000 },
  },
  {
    kind: 'curve',
    id: 'throughput',
    title: 'Writes a second, by how many callers write at once',
    shape: 'throughput',
    loads: [1, 4, 16, 64, 256, 1_000].map((callers) => shape('put', callers)),
    systems: ['quorate', 'limit', 'etcd', 'jetstream'],
  },
  {
    kind: 'curve',
    id: 'latency',
    title: 'Latency of a write, by how many are begun in a second',
    shape: 'latency',
    loads: [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000].map((rate) => shape('put', 1_000, rate)),
    systems: ['quorate', 'limit', 'etcd', 'jetstream'],
  },
];
