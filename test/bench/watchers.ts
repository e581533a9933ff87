import { decodeReply, decodeWatchPage, encodeRequest, encodeWatchRequest, nodeApiSubject } from '@quorate/wire';
import { connect, createInbox, type NatsConnection } from 'nats';
import { eventually } from '../support/eventually.ts';
import { BenchCluster } from './bench-cluster.ts';
import type { Measurement, Run } from './measurement.ts';
import { median } from './median.ts';
import { Options } from './options.ts';
import { numberText, tableLines } from './table.ts';

/** So many writes to one cluster, then to the other: what else the machine does is in both. */
const blockOfWrites = 20;
const waitMs = 600_000;

/** Watchers cost a write less than this times what it takes without any. */
const allowedRatio = 2;

const keyOf = (at: number): string => `/watched/${at}`;

/** What a write takes when the leader has many watchers, of whom each write concerns a few, beside what it takes without any. */
export const watchers: Measurement = {
  name: 'watchers',
  command: 'bench:watchers',
  defaults: { watchers: '10000', matching: '10', writes: '2000' },
  async measure(args, run) {
    const options = new Options(args, watchers.defaults);
    const count = options.number('watchers');
    const matching = options.number('matching');
    const writes = options.number('writes');
    const keys = Math.ceil(count / matching);
    const without = await BenchCluster.start(run);
    const watched = await BenchCluster.start(run);
    const watching = await Watching.start(watched, { count, keys, run });
    const stores = [await without.connect(), await watched.connect()];
    const times: readonly number[][] = [[], []];
    for (let at = 0; at < writes && !run.signal.aborted; at += blockOfWrites) {
      run.progress(`${numberText(at)} of ${numberText(writes)} writes`);
      for (const [which, store] of stores.entries()) {
        for (let write = at; write < at + blockOfWrites; write += 1) {
          const beganAtMs = performance.now();
          await store.put(keyOf(write % keys), 'x'.repeat(256));
          times[which]?.push(performance.now() - beganAtMs);
        }
      }
    }
    const expected = times[1]?.length ?? 0;
    await eventually('every watcher has seen its changes', async () => {
      return watching.changes >= expected * matching ? true : null;
    });
    const rows = [`none`, numberText(count)].map((name, which) => {
      const all = times[which] ?? [];
      return [name, median(all).toFixed(2), percentile(all, 0.99).toFixed(2)];
    });
    for (const line of tableLines(['watchers', 'median, ms', '99th percentile, ms'], rows)) run.say(line);
    const ratio = median(times[1] ?? []) / median(times[0] ?? []);
    run.say(
      `${numberText(writes)} writes, one after the other; each concerns ${matching} of them, and ${numberText(watching.changes)} changes came. ${ratio.toFixed(2)} times; less than ${allowedRatio} is allowed.`,
    );
    return ratio < allowedRatio;
  },
};

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

/** Watchers of single keys, all of them at the leader; each asks again when it has an answer. */
class Watching {
  changes = 0;
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #inbox = createInbox();
  readonly #keys: number;

  private constructor(connection: NatsConnection, subject: string, keys: number) {
    this.#connection = connection;
    this.#subject = subject;
    this.#keys = keys;
  }

  static async start(
    cluster: BenchCluster,
    { count, keys, run }: { readonly count: number; readonly keys: number; readonly run: Pick<Run, 'onEnd'> },
  ): Promise<Watching> {
    const connection = await connect({ servers: cluster.url, name: 'bench watchers' });
    run.onEnd(() => connection.close());
    const subject = nodeApiSubject('main', 'config', await cluster.leader(), 'watch');
    const watching = new Watching(connection, subject, keys);
    connection.subscribe(`${watching.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) watching.#answered(Number(message.subject.split('.').at(-1)), message.data);
      },
    });
    for (let watcher = 0; watcher < count; watcher += 1) watching.#ask(watcher, 1);
    await connection.flush();
    return watching;
  }

  #ask(watcher: number, revision: number): void {
    const keys = { key: keyOf(watcher % this.#keys) };
    const body = encodeWatchRequest({ keys, from: { revision, ordinal: 0 }, filter: null, withPrevious: false });
    const payload = encodeRequest({ timeoutMs: waitMs, body });
    this.#connection.publish(this.#subject, payload, { reply: `${this.#inbox}.${watcher}` });
  }

  #answered(watcher: number, data: Uint8Array): void {
    const reply = decodeReply(new Uint8Array(data));
    if (reply.kind === 'error') throw new Error(reply.error.message);
    const { changes, next } = decodeWatchPage(reply.body);
    this.changes += changes.length;
    this.#ask(watcher, next.revision);
  }
}
