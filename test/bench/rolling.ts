import { setTimeout as after } from 'node:timers/promises';
import { Latencies } from '@quorate/load';
import { BenchCluster } from './bench-cluster.ts';
import { latencyCells, latencyTitles } from './latency-cells.ts';
import type { Measurement } from './measurement.ts';
import { Options } from './options.ts';
import { tableLines } from './table.ts';
import { Writers, type Written } from './writers.ts';

const connections = 4;
const valueBytes = 256;

/** Before the first restart, and after each. */
const quietMs = 1_000;

/** One restart: what was under way from the signal until the node had caught up. */
interface Restart {
  readonly node: string;
  readonly role: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Every node is restarted by SIGTERM under load: how long does a write wait? */
export const rolling: Measurement = {
  name: 'rolling',
  command: 'bench:rolling',
  defaults: { rounds: '3', keys: '10000', callers: '16' },
  async measure(args, run) {
    const options = new Options(args, rolling.defaults);
    const [rounds, keys, callers] = [options.number('rounds'), options.number('keys'), options.number('callers')];
    const cluster = await BenchCluster.start(run);
    const stores = await Promise.all(Array.from({ length: connections }, () => cluster.connect({ timeoutMs: 20_000 })));
    const written: Written[] = [];
    const writers = new Writers({ stores, callers, keys, valueBytes, onWritten: (one) => void written.push(one) });
    const writing = writers.writeOn();
    await after(quietMs);

    const restarts: Restart[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const node of cluster.ids) {
        run.progress(`round ${round} of ${rounds}: ${node}, ${written.length} writes`);
        const role = (await cluster.leader()) === node ? 'leader' : 'follower';
        const fromMs = performance.now();
        await cluster.node(node).end('SIGTERM');
        cluster.startNode(node);
        await cluster.applied(node, await cluster.committed());
        restarts.push({ node, role, fromMs, toMs: performance.now() });
        await after(quietMs);
      }
    }
    writers.stop();
    await writing;
    await Promise.all(stores.map((store) => store.close()));

    const rows = restarts.map((restart) => [`${restart.node}, ${restart.role}`, ...cellsOf(during(written, restart))]);
    const all = restarts.flatMap((restart) => during(written, restart));
    const quiet = written.filter((write) => !restarts.some((restart) => isDuring(write, restart)));
    for (const line of tableLines(
      ['restart of', ...latencyTitles, 'failed'],
      [...rows, ['all restarts', ...cellsOf(all)], ['between them', ...cellsOf(quiet)]],
    )) {
      run.say(line);
    }
    return written.every(({ error }) => error === null);
  },
};

const isDuring = ({ askedAtMs, tookMs }: Written, { fromMs, toMs }: Restart): boolean =>
  askedAtMs + tookMs >= fromMs && askedAtMs <= toMs;

const during = (written: readonly Written[], restart: Restart): readonly Written[] =>
  written.filter((one) => isDuring(one, restart));

function cellsOf(written: readonly Written[]): readonly string[] {
  const latencies = new Latencies();
  for (const { tookMs } of written) latencies.record(tookMs);
  const failed = written.filter(({ error }) => error !== null);
  return [...latencyCells(latencies), String(failed.length)];
}
