import { type ChildProcess, fork } from 'node:child_process';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { endWithThisProcess, standsStill } from '@quorate/local-machine';
import { UsageError } from '../command-error.ts';
import { launcher } from '../own-package.ts';
import { nodeMessageOf } from '../parent-process.ts';

/** What a node process is started with. */
export interface NodeProcessOptions {
  readonly id: string;
  readonly cluster: string;
  readonly group: string;
  /** Further arguments of the command `node`. Everybody on the machine can read them. */
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** What the node writes is added to this file, as a line of JSON each. */
  readonly logFile: string;
  /** It goes to standard error in place of the file. */
  readonly verbose: boolean;
}

/** What is told of a node while it runs. */
export interface NodeProcessEvents {
  /** It found damage on its disk, and says what, and what becomes of it. */
  readonly onDamage: (finding: string) => void;
}

/** How a node process ended. */
export interface NodeExit {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last line that it wrote on standard error, or an empty text. */
  readonly lastWords: string;
}

const longestLastWords = 4_096;
/** Of pino's. */
const errorLevel = 50;

/** One run of a node as a process of its own. It ends when this process does: the channel between them is closed then. */
export class NodeProcess {
  readonly id: string;
  /** Resolves when the process is gone. */
  readonly exited: Promise<NodeExit>;
  /** Resolves with true once the node has begun, and with false if it ends before. */
  readonly ready: Promise<boolean>;
  readonly #child: ChildProcess;
  #isWatched = false;
  #lastWords = '';

  /** @throws {UsageError} if the log file cannot be written */
  constructor(options: NodeProcessOptions, { onDamage }: NodeProcessEvents) {
    const { id, cluster, group, args, environment, logFile, verbose } = options;
    const names = ['--id', id, '--cluster', cluster, '--group', group];
    this.id = id;
    const log = openLog(logFile);
    this.#child = fork(launcher, ['node', ...names, ...args], {
      env: { ...process.env, ...environment },
      // Not this process's own: a debugger's port, say, cannot be taken twice.
      execArgv: [],
      stdio: ['ignore', verbose ? 2 : log, 'pipe', 'ipc'],
    });
    closeSync(log);

    if (this.#child.stderr !== null) {
      createInterface({ input: this.#child.stderr }).on('line', (line) => {
        if (line.trim() === '') return;
        this.#lastWords = line.trim().slice(0, longestLastWords);
        const text = `${JSON.stringify(this.#logLine(options, line))}\n`;
        if (verbose) process.stderr.write(text);
        else appendTo(logFile, text);
      });
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        resolve({ code: null, signal: null, lastWords: `it could not be started: ${error.message}` });
      });
      // Not `exit`: what the process wrote last may still be on its way then.
      this.#child.once('close', (code, signal) => resolve({ code, signal, lastWords: this.#lastWords }));
    });
    this.ready = new Promise((resolve) => {
      this.#child.on('message', (message) => {
        const told = nodeMessageOf(message);
        if (told?.kind === 'ready') resolve(true);
        if (told?.kind === 'damage') onDamage(told.finding);
      });
      void this.exited.then(() => resolve(false));
    });
  }

  /** Undefined if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends the node at once, paused or not; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Freezes the process by SIGSTOP, and resolves when all of it stands still. */
  async pause(): Promise<void> {
    // Whoever stands still does not see that its parent is gone.
    if (!this.#isWatched) endWithThisProcess(this.#child);
    this.#isWatched = true;
    this.#child.kill('SIGSTOP');
    if (this.pid !== undefined) await standsStill(this.pid);
  }

  /** Lets a paused process go on. */
  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Asks the node to end, and ends it if it does not; resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.#child.kill('SIGTERM');
    // A paused one would not hear of it.
    this.#child.kill('SIGCONT');
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(deadline);
  }

  /** What a node says on standard error, past its logger: the last words of the process, or of a library. */
  #logLine({ id, cluster, group }: NodeProcessOptions, msg: string): Readonly<Record<string, unknown>> {
    const time = new Date().toISOString();
    return { level: errorLevel, time, pid: this.pid, cluster, group, node: id, actor: 'stderr', term: null, msg };
  }
}

function openLog(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`${path} cannot be written: ${reason}`, { cause: error });
  }
}

/** A log that cannot be written, because the disk is full or the folder gone, ends nothing. */
function appendTo(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch {}
}
