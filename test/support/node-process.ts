import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { standsStill } from '@quorate/local-machine';
import { spawnQuorate } from './quorate-command.ts';

/** One event of a node's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** With what a node is started. */
export interface NodeProcessOptions {
  readonly id: string;
  readonly folder: string;
  readonly natsUrl: string;
  /** Further arguments of `quorate node`. */
  readonly args?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** A command that takes another one and becomes it, such as `nsenter`. */
  readonly wrapper?: readonly string[];
}

/** The command `quorate node` in a process of its own, that does not outlive this one. */
export class NodeProcess {
  readonly id: string;
  readonly folder: string;
  /** What it has logged so far. */
  readonly log: LogLine[] = [];
  /** Resolves when it has ended and all that it said is read. */
  readonly ended: Promise<ProcessEnd>;
  readonly #process: ChildProcess;
  readonly #listeners = new Set<() => void>();
  #errorOutput = '';

  constructor({ id, folder, natsUrl, args = [], environment = {}, wrapper = [] }: NodeProcessOptions) {
    this.id = id;
    this.folder = folder;
    const command = ['node', '--id', id, '--data', folder, '--nats', natsUrl, ...args];
    this.#process = spawnQuorate(command, environment, wrapper);
    const { stdout, stderr } = this.#process;
    stderr?.on('data', (chunk: Buffer) => {
      this.#errorOutput += chunk.toString();
    });
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.#read(line));
    this.ended = once(this.#process, 'close').then(([exitCode, signal]) => ({
      exitCode: typeof exitCode === 'number' ? exitCode : null,
      signal: typeof signal === 'string' ? signal : null,
    }));
  }

  /** Of the process. @throws {Error} if it could not be started */
  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error(`node ${this.id} has no pid`);
    return pid;
  }

  /** Whether it has not ended. */
  get runs(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** What it wrote to standard error. */
  get errorOutput(): string {
    return this.#errorOutput;
  }

  /** The first event with that message, of the past or the next 30 seconds. @throws {Error} if there is none */
  async logged(message: string, matches: (line: LogLine) => boolean = () => true): Promise<LogLine> {
    const found = (): LogLine | undefined => this.log.find((line) => line.msg.includes(message) && matches(line));
    const deadlineMs = performance.now() + 30_000;
    for (let line = found(); ; line = found()) {
      if (line !== undefined) return line;
      if (!this.runs) throw new Error(`node ${this.id} ended and did not log "${message}": ${this.#errorOutput}`);
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new Error(`node ${this.id} did not log "${message}"`);
      await this.#nextLine(leftMs);
    }
  }

  /** Sends a signal that ends the process, paused or not, and resolves when it has. */
  async end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<ProcessEnd> {
    if (this.runs) {
      this.#process.kill(signal);
      this.#process.kill('SIGCONT');
    }
    return this.ended;
  }

  /** Freezes the process by SIGSTOP, and resolves when all of it stands still. */
  async pause(): Promise<void> {
    this.#process.kill('SIGSTOP');
    await standsStill(this.pid);
  }

  /** Lets a paused process go on. */
  resume(): void {
    this.#process.kill('SIGCONT');
  }

  #read(text: string): void {
    this.log.push(parsed(text));
    for (const listener of [...this.#listeners]) listener();
  }

  async #nextLine(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#listeners.add(done);
      void this.ended.then(done);
    });
  }
}

/** A line that is no event of pino's is kept as it is, for whoever looks for what went wrong. */
function parsed(text: string): LogLine {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === 'object' && fields !== null && 'msg' in fields && typeof fields.msg === 'string') {
      return { ...fields, msg: fields.msg };
    }
  } catch {
    // Kept below.
  }
  return { msg: text, level: 60 };
}
