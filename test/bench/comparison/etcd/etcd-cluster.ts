import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { endWithThisProcess, standsStill } from '@quorate/local-machine';
import { z } from 'zod';
import { eventually } from '../../../support/eventually.ts';
import { freePort } from '../free-port.ts';
import type { Site } from '../system.ts';

interface Member {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
}

const statusSchema = z.object({ header: z.object({ member_id: z.string() }), leader: z.string() });

/** Three members of etcd on this machine, on its documented defaults. */
export class EtcdCluster {
  readonly #folder: string;
  readonly #members: readonly Member[];
  readonly #processes = new Map<string, ChildProcess>();

  private constructor(folder: string, members: readonly Member[]) {
    this.#folder = folder;
    this.#members = members;
  }

  /** Starts them, and resolves when one leads. */
  static async start({ folder, onEnd }: Site): Promise<EtcdCluster> {
    const members = await Promise.all(
      ['m1', 'm2', 'm3'].map(async (name) => ({
        name,
        clientUrl: `http://127.0.0.1:${await freePort()}`,
        peerUrl: `http://127.0.0.1:${await freePort()}`,
      })),
    );
    const cluster = new EtcdCluster(folder, members);
    onEnd(() => cluster.#stop());
    for (const { name } of members) cluster.startMember(name);
    await cluster.whole();
    return cluster;
  }

  /** Where clients connect: hosts and ports with commas between. */
  get endpoints(): string {
    return this.#members.map(({ clientUrl }) => clientUrl.replace('http://', '')).join();
  }

  /** Starts a member, for the first time or again. */
  startMember(name: string): void {
    const member = this.#member(name);
    const args = [
      ...['--name', name, '--data-dir', join(this.#folder, name)],
      ...['--listen-client-urls', member.clientUrl, '--advertise-client-urls', member.clientUrl],
      ...['--listen-peer-urls', member.peerUrl, '--initial-advertise-peer-urls', member.peerUrl],
      ...['--initial-cluster', this.#members.map((one) => `${one.name}=${one.peerUrl}`).join()],
    ];
    const process = spawn('etcd', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    process.stderr.pipe(createWriteStream(join(this.#folder, `${name}.log`), { flags: 'a' }));
    endWithThisProcess(process);
    this.#processes.set(name, process);
  }

  /** The member that leads, once all members answer and follow it. */
  async whole(): Promise<string> {
    return eventually('all members of etcd follow one', async () => {
      const statuses = await Promise.all(this.#members.map((member) => this.#status(member)));
      const [leader = '0', ...others] = [...new Set(statuses.map((status) => status.leader))];
      const at = statuses.findIndex((status) => status.header.member_id === leader);
      return others.length === 0 ? (this.#members[at]?.name ?? null) : null;
    });
  }

  /** Kills a member, and resolves when it is gone. */
  async kill(name: string): Promise<void> {
    await end(this.#process(name));
  }

  /** Freezes a member by SIGSTOP. */
  async pause(name: string): Promise<void> {
    const process = this.#process(name);
    process.kill('SIGSTOP');
    if (process.pid !== undefined) await standsStill(process.pid);
  }

  /** Lets a paused member go on. */
  resume(name: string): void {
    this.#process(name).kill('SIGCONT');
  }

  async #status({ clientUrl }: Member): Promise<z.infer<typeof statusSchema>> {
    const answer = await fetch(`${clientUrl}/v3/maintenance/status`, {
      method: 'POST',
      body: '{}',
      signal: AbortSignal.timeout(1_000),
    });
    return statusSchema.parse(await answer.json());
  }

  #member(name: string): Member {
    const member = this.#members.find((one) => one.name === name);
    if (member === undefined) throw new Error(`etcd has no member ${name}`);
    return member;
  }

  #process(name: string): ChildProcess {
    const process = this.#processes.get(name);
    if (process === undefined) throw new Error(`member ${name} was never started`);
    return process;
  }

  async #stop(): Promise<void> {
    await Promise.all([...this.#processes.values()].map(end));
  }
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null || process.pid === undefined) return;
  const exit = once(process, 'exit');
  process.kill('SIGKILL');
  await exit;
}
