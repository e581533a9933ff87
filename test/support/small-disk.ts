import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { endWithThisProcess } from '@quorate/local-machine';
import { onTestFinished } from 'vitest';
import { makeTemporaryFolder, removeTemporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);

const mebibyte = 1024 * 1024;

/**
 * A file system of a few MiB, in memory, that only processes of its own mount namespace see: it can be filled to the last
 * byte without harm to anybody else. It lives as long as the running test.
 */
export class SmallDisk {
  /** The folder that it is mounted on, as processes in the namespace see it. */
  readonly folder: string;
  /** What stands before a command to let it run there. */
  readonly wrapper: readonly string[];
  readonly #keeper: ChildProcess;
  #fillers = 0;

  private constructor(folder: string, keeper: ChildProcess) {
    this.folder = folder;
    this.#keeper = keeper;
    const user = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials'];
    this.wrapper = ['nsenter', '--target', String(keeper.pid), '--mount', ...user, '--'];
  }

  /** Mounts one. @throws {Error} saying what is missing, where a process may not have mounts of its own */
  static async mount(bytes: number): Promise<SmallDisk> {
    const folder = await makeTemporaryFolder('small-disk');
    onTestFinished(() => removeTemporaryFolder(folder));
    const own = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
    const script = 'mount -t tmpfs -o "size=$1" quorate "$2" && echo mounted && read -r _';
    const keeper = spawn('unshare', [...own, '--', '/bin/sh', '-c', script, 'small-disk', String(bytes), folder], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    endWithThisProcess(keeper);
    onTestFinished(() => void keeper.kill('SIGKILL'));
    await mounted(keeper);
    return new SmallDisk(folder, keeper);
  }

  /** A path on it, as this process can reach it. */
  outside(path: string): string {
    return join(`/proc/${this.#keeper.pid}/root`, path);
  }

  /** Fills it until no more than so many bytes are free. */
  async fill(leftBytes: number, folder: string = this.folder): Promise<void> {
    this.#fillers += 1;
    const file = openSync(this.#filler(folder, this.#fillers), 'w');
    try {
      for (let free = await this.freeBytes(folder); free > leftBytes; free = await this.freeBytes(folder)) {
        writeSync(file, Buffer.alloc(Math.min(mebibyte, free - leftBytes)));
      }
    } finally {
      closeSync(file);
    }
  }

  /** Takes back the last `fill`. */
  unfill(folder: string = this.folder): void {
    rmSync(this.#filler(folder, this.#fillers), { force: true });
    this.#fillers -= 1;
  }

  /** Takes back every `fill`. */
  empty(folder: string = this.folder): void {
    while (this.#fillers > 0) this.unfill(folder);
  }

  /** How much is free. */
  async freeBytes(folder: string = this.folder): Promise<number> {
    const { bavail, bsize } = await statfs(this.outside(folder));
    return bavail * bsize;
  }

  /** Gives a folder on it a file system of its own, with what it has; nobody may be using the folder. */
  async mountAt(folder: string, bytes: number): Promise<void> {
    await mkdir(this.outside(folder), { recursive: true });
    const script = 'cp -a "$2" "$2.before" && mount -t tmpfs -o "size=$1" quorate "$2" && cp -a "$2.before/." "$2"';
    const [command = '', ...args] = this.wrapper;
    await run(command, [...args, '/bin/sh', '-c', script, 'mount-at', String(bytes), folder]);
  }

  #filler(folder: string, number: number): string {
    return join(this.outside(folder), `filler-${number}`);
  }
}

async function mounted(keeper: ChildProcess): Promise<void> {
  const { stdout, stderr } = keeper;
  if (stdout === null || stderr === null) throw new Error('the process has no output');
  let said = '';
  stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const failed = new Promise<never>((_resolve, reject) => {
    const needed = 'a small disk needs unshare, nsenter and mount of util-linux, and root or user namespaces';
    keeper.once('error', (error) => reject(new Error(`${needed}: ${error.message}`)));
    keeper.once('close', () => reject(new Error(`${needed}: ${said.trim()}`)));
  });
  await Promise.race([once(createInterface({ input: stdout }), 'line'), failed]);
  failed.catch(() => {});
}
