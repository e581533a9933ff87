import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endWithThisProcess } from '@quorate/local-machine';
import { onTestFinished } from 'vitest';
import { findStrace } from '../../infra/setup/strace.mjs';
import { makeTemporaryFolder, removeTemporaryFolder } from './temporary-folder.ts';

/** What a process asked of the operating system. Times are in microseconds since the epoch, by one clock for all processes of the machine. */
export interface SystemCall {
  readonly name: string;
  readonly beganAtUs: number;
  readonly endedAtUs: number;
  /** Which file it was about, and as which descriptor; a socket's path begins with `socket:`. */
  readonly descriptor: number;
  readonly path: string;
  /** What it wrote, or was given. */
  readonly bytes: Buffer;
  /** Whether the system did it. */
  readonly succeeded: boolean;
}

/** All that a process did while it was looked at. */
export interface Traced {
  readonly calls: readonly SystemCall[];
  /** When the process ended; null if it runs. */
  readonly endedAtUs: number | null;
}

/** The calls by which bytes reach files and sockets, and come from them. */
const watched = 'read,write,writev,pwrite64,pwritev,fdatasync,fsync';

/** Longer than anything that is written at once here. */
const longestBytes = 4 * 1024 * 1024;

/** Looks at the system calls of a process that runs (strace). Only Linux has it. */
export class SystemCalls {
  readonly #stopped: () => Promise<void>;
  readonly #file: string;

  private constructor(file: string, stopped: () => Promise<void>) {
    this.#file = file;
    this.#stopped = stopped;
  }

  /**
   * Looks at a process from now on; it goes on when the test is over. `failing` names a call that is to fail with `EIO` from now on.
   * @throws {Error} that says how to get strace, where it is missing
   */
  static async of(pid: number, failing: string | null = null): Promise<SystemCalls> {
    const { path, environment } = await findStrace();
    const folder = await makeTemporaryFolder('system-calls');
    onTestFinished(() => removeTemporaryFolder(folder));
    const file = join(folder, 'calls');
    const inject = failing === null ? [] : ['-e', `inject=${failing}:error=EIO`];
    // Threads, times and durations, paths of descriptors, all bytes in hexadecimal.
    const shown = ['-f', '-ttt', '-T', '-y', '-xx', '-s', String(longestBytes), '-e', `trace=${watched}`];
    const child = spawn(path, [...shown, ...inject, '-o', file, '-p', String(pid)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    endWithThisProcess(child);
    const ended = once(child, 'exit').then(() => {});
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    await attached(child.stderr, ended);
    return new SystemCalls(file, async () => {
      child.kill('SIGINT');
      await ended;
    });
  }

  /** Looks no more, and tells what was seen. */
  async stop(): Promise<Traced> {
    await this.#stopped();
    return tracedIn(await readFile(this.#file, 'latin1'));
  }
}

/** Resolves when strace says that it sees all threads. */
async function attached(output: NodeJS.ReadableStream, ended: Promise<void>): Promise<void> {
  const said: string[] = [];
  const lines = createInterface({ input: output });
  const seen = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      said.push(line);
      if (line.includes('attached')) resolve();
    });
  });
  const failed = ended.then(() => {
    throw new Error(`strace does not run: ${said.join('; ')}`);
  });
  failed.catch(() => {});
  await Promise.race([seen, failed]);
}

const line = /^(\d+) +(\d+)\.(\d{6}) (.*)$/;
const call = /^(\w+)\((\d+)<(.*?)>,? ?(.*)\) += +(-?\d+).*<(\d+)\.(\d{6})>$/s;

/** A call that another thread's interrupted stands in two lines. */
function tracedIn(text: string): Traced {
  const calls: SystemCall[] = [];
  const begun = new Map<string, { readonly atUs: number; readonly text: string }>();
  let endedAtUs: number | null = null;
  for (const one of text.split('\n')) {
    const found = line.exec(one);
    if (found === null) continue;
    const [, thread = '', seconds, microseconds, said = ''] = found;
    const atUs = Number(seconds) * 1_000_000 + Number(microseconds);
    if (said.startsWith('+++ exited') || said.startsWith('+++ killed')) endedAtUs = atUs;
    if (said.endsWith('<unfinished ...>')) {
      begun.set(thread, { atUs, text: said.slice(0, said.indexOf('<unfinished ...>')) });
      continue;
    }
    const before = said.startsWith('<... ') ? begun.get(thread) : undefined;
    const whole = before === undefined ? said : before.text + said.slice(said.indexOf('resumed>') + 'resumed>'.length);
    const parsed = callIn(whole, before?.atUs ?? atUs);
    if (parsed !== null) calls.push(parsed);
  }
  return { calls: calls.sort((a, b) => a.beganAtUs - b.beganAtUs), endedAtUs };
}

function callIn(text: string, beganAtUs: number): SystemCall | null {
  const found = call.exec(text);
  if (found === null) return null;
  const [, name = '', descriptor, path = '', given = '', result, seconds, microseconds] = found;
  const tookUs = Number(seconds) * 1_000_000 + Number(microseconds);
  return {
    name,
    beganAtUs,
    endedAtUs: beganAtUs + tookUs,
    descriptor: Number(descriptor),
    path: bytesOf(path).toString(),
    bytes: Buffer.concat((given.match(/"[^"]*"/g) ?? []).map(bytesOf)),
    succeeded: Number(result) >= 0,
  };
}

/** What strace writes as `\x` and two digits for each byte, with nothing between them that is a digit. */
const bytesOf = (text: string): Buffer => Buffer.from(text.replace(/["\\x]/g, ''), 'hex');
