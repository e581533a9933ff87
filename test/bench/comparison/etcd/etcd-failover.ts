import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endWithThisProcess } from '@quorate/local-machine';
import { z } from 'zod';
import { eventually } from '../../../support/eventually.ts';
import { type FailoverFigures, failoverFigures } from '../failover-figures.ts';
import { Missing, type Site } from '../system.ts';
import { EtcdCluster } from './etcd-cluster.ts';
import { goDriver } from './go-driver.ts';

const repositoryFolder = fileURLToPath(new URL('../../../..', import.meta.url));

/** As `quorate bench failover` has them. */
const callers = 16;
const connections = 4;
const settleMs = 500;

const answerSchema = z.object({ longestMs: z.number(), isBeyond: z.boolean() });
type Answer = z.infer<typeof answerSchema>;

/** The Go client's callers, who write without a pause and tell what they are asked. */
class Callers {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(driver: string, endpoints: string) {
    const numbers = ['-callers', String(callers), '-connections', String(connections)];
    const args = ['-operation', 'failover', '-endpoints', endpoints, ...numbers];
    this.#process = spawn(driver, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    endWithThisProcess(this.#process);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** `forget` all pauses but the one that goes on; `mark` this moment; `tell` whether one has been acknowledged that was begun after it. */
  async ask(what: 'forget' | 'mark' | 'tell'): Promise<Answer> {
    this.#process.stdin.write(`${what}\n`);
    const { value } = await this.#lines.next();
    return answerSchema.parse(JSON.parse(String(value)));
  }

  async stop(): Promise<void> {
    const closed = once(this.#process, 'close');
    this.#process.stdin.end();
    await closed;
  }
}

/** What `quorate bench failover` measures, of etcd. @throws {Missing} without Go */
export async function etcdFailover(
  fault: 'kill' | 'pause',
  runs: number,
  site: Site,
  onRun: (number: number) => void,
): Promise<FailoverFigures> {
  const driver = await goDriver(repositoryFolder);
  if (driver === null) throw new Missing("there is no Go, or no sources of etcd's client for it");
  const cluster = await EtcdCluster.start(site);
  const writing = new Callers(driver, cluster.endpoints);
  site.onEnd(() => writing.stop());
  const longestMs: number[] = [];
  while (longestMs.length < runs) {
    await after(settleMs * (1 + Math.random()));
    longestMs.push(await strikeOnce(fault, cluster, writing));
    onRun(longestMs.length);
  }
  return failoverFigures(longestMs);
}

async function strikeOnce(fault: 'kill' | 'pause', cluster: EtcdCluster, writing: Callers): Promise<number> {
  const leader = await cluster.whole();
  await writing.ask('forget');
  await (fault === 'kill' ? cluster.kill(leader) : cluster.pause(leader));
  await writing.ask('mark');
  await eventually('writes go on', async () => ((await writing.ask('tell')).isBeyond ? true : null));
  await after(settleMs);
  if (fault === 'kill') cluster.startMember(leader);
  else cluster.resume(leader);
  await cluster.whole();
  return (await writing.ask('tell')).longestMs;
}
