import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { connect, type Store } from '@quorate/client';
import { FaultCounts, RandomStream } from '@quorate/sim';
import { eventually } from '../support/eventually.ts';
import { makeTemporaryFolder, removeTemporaryFolder } from '../support/temporary-folder.ts';
import { BadNetwork } from './bad-network.ts';
import { ChaosCluster, connectionNameOf, PEER_SUBJECTS } from './chaos-cluster.ts';
import { NumberReader } from './number-reader.ts';
import { NumberWriter } from './number-writer.ts';

/** What is tried. */
export interface StaleReadsOptions {
  readonly seed: number;
  /** How often the leader is paused while it is read from. */
  readonly rounds: number;
}

/** What came of it. */
export interface StaleReadsResult {
  readonly rounds: number;
  /** Reads that were answered, and those of them that showed less than they had to. */
  readonly reads: number;
  readonly stale: readonly string[];
  readonly writes: number;
  /** The highest term that a node came to. */
  readonly term: number;
  readonly messages: ReadonlyMap<string, number>;
  readonly durationMs: number;
}

/** What it is watched and ended with. */
export interface StaleReadsWatch {
  readonly signal: AbortSignal;
  readonly onProgress?: (round: number, stale: number) => void;
}

const ids = ['n1', 'n2', 'n3'];
const readers = 6;

/** Between nodes messages are doubled, late and overtake each other all the while; clients are spared, so that what they see is the nodes' doing. */
const storm = {
  between: { lost: 0.01, doubled: 0.3, late: 0.3 },
  within: { lost: 0, doubled: 0, late: 0 },
  clients: { lost: 0, late: 0 },
  maxLateMs: 30,
  reordered: true,
};

/**
 * Pauses the leader, time after time, while it is read from: it stands still until another leads and has acknowledged writes, and wakes
 * with reads in its socket, and a lease that it had.
 */
export async function countStaleReads(options: StaleReadsOptions, watch: StaleReadsWatch): Promise<StaleReadsResult> {
  const folder = await makeTemporaryFolder('stale-reads');
  const ends: (() => Promise<unknown>)[] = [() => removeTemporaryFolder(folder)];
  try {
    return await run(options, watch, folder, (end) => ends.push(end));
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function run(
  { seed, rounds }: StaleReadsOptions,
  { signal, onProgress }: StaleReadsWatch,
  folder: string,
  onEnd: (end: () => Promise<unknown>) => void,
): Promise<StaleReadsResult> {
  const beganAtMs = performance.now();
  const counts = new FaultCounts();
  const random = new RandomStream(seed, 'stale reads');
  const network = new BadNetwork({
    random: new RandomStream(seed, 'network'),
    counts,
    victims: new Set(ids.map(connectionNameOf)),
    peerSubjects: PEER_SUBJECTS,
  });
  const cluster = await ChaosCluster.start({
    ids,
    localDelivery: 'memory',
    folder: join(folder, 'nodes'),
    faults: network,
  });
  onEnd(() => cluster.stop());
  await cluster.form();
  const store = async (): Promise<Store> => {
    const made = await connect({ servers: cluster.url });
    onEnd(() => made.close());
    return made;
  };
  const ended = new AbortController();
  const writer = new NumberWriter(await store());
  const crowd: NumberReader[] = [];
  for (let place = 0; place < readers; place += 1) {
    const own = new RandomStream(seed, `reader ${place}`);
    crowd.push(new NumberReader({ store: await store(), writer, random: own, nodes: ids }));
  }
  const calls = [writer, ...crowd].map((one) => one.run(ended.signal));
  const staleReads = (): readonly string[] => crowd.flatMap(({ stale }) => stale);
  onEnd(async () => {
    ended.abort();
    await Promise.allSettled(calls);
  });
  network.begin(storm);
  for (let round = 1; round <= rounds && !signal.aborted; round += 1) {
    await pauseLeader(cluster, writer, crowd, random);
    onProgress?.(round, staleReads().length);
  }
  signal.throwIfAborted();
  network.end(storm);
  ended.abort();
  await Promise.all(calls);
  return {
    rounds,
    reads: crowd.reduce((sum, { answered }) => sum + answered, 0),
    stale: staleReads(),
    writes: writer.acknowledged,
    term: Math.max(...(await cluster.statuses()).map(({ term }) => term)),
    messages: counts.all,
    durationMs: performance.now() - beganAtMs,
  };
}

async function pauseLeader(
  cluster: ChaosCluster,
  writer: NumberWriter,
  crowd: readonly NumberReader[],
  random: RandomStream,
): Promise<void> {
  const leader = await eventually('a majority knows its leader', () => cluster.leader());
  for (const reader of crowd) reader.favourite = leader;
  // Reads flow, and the leader has its lease.
  await after(random.between(20, 80));
  const node = cluster.node(leader);
  await node.pause();
  const { acknowledged } = writer;
  try {
    await eventually('another leads, and has acknowledged', async () =>
      writer.acknowledged > acknowledged + 2 ? true : null,
    );
    await after(random.between(0, 30));
  } finally {
    node.resume();
  }
}
