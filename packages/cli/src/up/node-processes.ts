import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../command-error.ts';
import { type NodeExit, NodeProcess, type NodeProcessOptions } from './node-process.ts';

/** How the nodes of a machine are kept. */
export interface NodeProcessesOptions {
  readonly nodes: readonly NodeProcessOptions[];
  /** Whether a node that died is started again. */
  readonly restart: boolean;
  /** Says something to people. */
  readonly say: (line: string) => void;
}

const stopGraceMs = 5_000;
const firstRestartMs = 250;
const longestRestartMs = 10_000;
/** A node that ran for so long had begun well: the next wait is short again. */
const goodRunMs = 10_000;

/** The node processes of a cluster on this machine: starts them, tells of those that die, and ends them. */
export class NodeProcesses {
  readonly #options: NodeProcessesOptions;
  readonly #running = new Map<string, NodeProcess>();
  readonly #killed = new WeakSet<NodeProcess>();
  readonly #stopping = new AbortController();

  constructor(options: NodeProcessesOptions) {
    this.#options = options;
  }

  /** The pid of a node's process, or undefined while there is none. */
  pidOf(id: string): number | undefined {
    return this.#running.get(id)?.pid;
  }

  /**
   * Starts all nodes, and resolves when all have begun, or when they are being stopped.
   * @throws {UsageError} with a node's own reason if one cannot begin
   */
  async start(): Promise<void> {
    const begun = this.#options.nodes.map((options) => this.#begin(options));
    await Promise.all(begun);
  }

  /** The process of a node. @throws {UsageError} if there is none now */
  running(id: string): NodeProcess {
    const node = this.#running.get(id);
    if (node === undefined) throw new UsageError(`node ${id} does not run`);
    return node;
  }

  /** Kills a node, of which nothing is said, and resolves when it is gone. */
  async kill(id: string): Promise<void> {
    const node = this.running(id);
    this.#killed.add(node);
    await node.kill();
  }

  /** Starts a node that was killed, and resolves when it has begun. @throws {UsageError} with its own reason if it cannot */
  async startAgain(id: string): Promise<void> {
    const options = this.#options.nodes.find((node) => node.id === id);
    if (options !== undefined) await this.#begin(options);
  }

  /** Ends all nodes, the hard way after five seconds. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#running.values()].map((node) => node.stop(stopGraceMs)));
  }

  /** The first start of a node: if it fails, so does the whole. */
  async #begin(options: NodeProcessOptions): Promise<void> {
    const node = this.#spawn(options);
    if (await node.ready) {
      void this.#keep(options, node);
      return;
    }
    const exit = await node.exited;
    this.#running.delete(options.id);
    if (this.#stopping.signal.aborted) return;
    throw new UsageError(`node ${options.id} did not start: ${reasonOf(exit)}`);
  }

  #spawn(options: NodeProcessOptions): NodeProcess {
    const node = new NodeProcess(options, {
      onDamage: (finding) => this.#options.say(`node ${options.id} found damage on its disk: ${finding}`),
    });
    this.#running.set(options.id, node);
    return node;
  }

  /** Null, and said so, if that is not possible any more: the folder may have been taken away. */
  #spawnAgain(options: NodeProcessOptions): NodeProcess | null {
    try {
      return this.#spawn(options);
    } catch (error) {
      this.#options.say(
        `node ${options.id} cannot be started again: ${error instanceof Error ? error.message : error}`,
      );
      return null;
    }
  }

  /** Tells of a node's end, and starts it again if that is wanted. */
  async #keep(options: NodeProcessOptions, first: NodeProcess): Promise<void> {
    let node = first;
    let waitMs = firstRestartMs;
    for (;;) {
      const startedAtMs = performance.now();
      const exit = await node.exited;
      this.#running.delete(options.id);
      if (this.#stopping.signal.aborted || this.#killed.has(node)) return;
      if (!this.#options.restart) return this.#options.say(`node ${options.id} ${endOf(exit)}`);

      if (performance.now() - startedAtMs > goodRunMs) waitMs = firstRestartMs;
      this.#options.say(`node ${options.id} ${endOf(exit)}; it is started again`);
      await sleep(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
      if (this.#stopping.signal.aborted) return;
      waitMs = Math.min(waitMs * 2, longestRestartMs);
      const next = this.#spawnAgain(options);
      if (next === null) return;
      node = next;
    }
  }
}

function endOf(exit: NodeExit): string {
  if (exit.signal !== null) return `was ended by ${exit.signal}`;
  return `ended with exit code ${exit.code}${exit.lastWords === '' ? '' : `: ${reasonOf(exit)}`}`;
}

/** The node's own words, without the name of the program, which the line has already. */
function reasonOf(exit: NodeExit): string {
  if (exit.lastWords !== '') return exit.lastWords.replace(/^quorate: /, '');
  return exit.signal === null ? `exit code ${exit.code}` : `it was ended by ${exit.signal}`;
}
