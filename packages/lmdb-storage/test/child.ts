import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A process of a script in `children`, that is gone when the test is over. */
export class Child {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(command: string, args: readonly string[]) {
    this.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
    onTestFinished(() => this.kill());
  }

  /** Starts a script of `children`. */
  static start(script: string, ...args: readonly string[]): Child {
    return new Child(process.execPath, [scriptPath(script), ...args]);
  }

  /** Starts a script whose files may have at most so many blocks, of 512 or 1,024 bytes as the shell has it. */
  static startWithFileLimit(blocks: number, script: string, ...args: readonly string[]): Child {
    const run = [process.execPath, scriptPath(script), ...args];
    return new Child('/bin/sh', ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, ...run]);
  }

  /** The next line that it wrote, or null when it will write none. */
  async line(): Promise<string | null> {
    const next = await this.#lines.next();
    return next.done === true ? null : next.value;
  }

  /** All lines that it still writes. */
  async restOfLines(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (let line = await this.line(); line !== null; line = await this.line()) lines.push(line);
    return lines;
  }

  /** Ends it with SIGKILL and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }
}

function scriptPath(script: string): string {
  return fileURLToPath(new URL(`children/${script}.mjs`, import.meta.url));
}
