import { defaultRaftSettings, type LogEntry, logIndex, term } from '@quorate/raft';
import { beforeEach, expect, test } from 'vitest';
import { Bus } from '../src/faults/bus.ts';
import { FaultCounts } from '../src/faults/fault-counts.ts';
import { Network } from '../src/faults/network.ts';
import { RandomStream } from '../src/host/random-stream.ts';
import { SimulatedCluster } from '../src/host/simulated-cluster.ts';
import { CommittedEntries } from '../src/invariants/committed-entries.ts';
import { LogTimeNeverFalls } from '../src/invariants/log-time-never-falls.ts';
import { TimestampsRise } from '../src/invariants/timestamps-rise.ts';

let cluster: SimulatedCluster;
let committed: CommittedEntries;
let violations: string[];

beforeEach(() => {
  const counts = new FaultCounts();
  const network = new Network(new RandomStream(1, 'network'), counts, 3);
  const bus = new Bus(new RandomStream(1, 'no responders'), counts, 3);
  const rest = { network, bus, counts, isFlushLate: false, onAnswer: () => {}, onEvent: null };
  cluster = new SimulatedCluster({ seed: 1, nodes: 3, spares: 0, settings: defaultRaftSettings, ...rest });
  committed = new CommittedEntries();
  violations = [];
});

const entry = (index: number, timestampUs: number, logTimeMs: number): LogEntry => ({
  index: logIndex(index),
  term: term(1),
  kind: 'command',
  command: new Uint8Array(),
  timestampUs,
  logTimeMs,
});

/** These are committed, and a node applies them. */
function apply(Invariant: typeof TimestampsRise | typeof LogTimeNeverFalls, entries: readonly LogEntry[]): void {
  const invariant = new Invariant((what) => violations.push(what), cluster, committed);
  const [node] = cluster.nodes;
  for (const one of entries) committed.push({ entry: one, inTerm: 1 });
  if (node !== undefined) invariant.applied(node, null, entries);
}

test('timestamps that do not rise are noticed', () => {
  apply(TimestampsRise, [entry(1, 5, 0), entry(2, 6, 0)]);
  expect(violations).toEqual([]);
  apply(TimestampsRise, [entry(3, 6, 0)]);
  expect(violations).toHaveLength(1);
});

test('a log time that falls is noticed', () => {
  apply(LogTimeNeverFalls, [entry(1, 5, 9), entry(2, 6, 9)]);
  expect(violations).toEqual([]);
  apply(LogTimeNeverFalls, [entry(3, 7, 8)]);
  expect(violations).toHaveLength(1);
});
