import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endWithThisProcess } from './end-with-this-process.ts';
import { standsStill } from './stands-still.ts';

/** What a nats-server is started with. */
export interface NatsServerOptions {
  /** The program: a path, or a name that is looked for on the PATH. */
  readonly program: string;
  /** The text of a configuration file; it must leave the log on standard error. */
  readonly config?: string;
  /** The port for clients; a free one unless told. */
  readonly port?: number;
  /** Further arguments of the command. */
  readonly args?: readonly string[];
}

/** A real nats-server, on loopback, that ends with this process at the latest. */
export interface NatsServer {
  /** Where clients connect. */
  readonly url: string;
  readonly port: number;
  /** The process that runs now, or ran last. */
  pid(): number;
  /** What the server has logged since it was last started. */
  log(): string;
  /** Ends the server (the hard way after five seconds) and removes its files; harmless when it is ended already. */
  stop(): Promise<void>;
  /** Sends a signal that ends the process, and resolves when it is gone. `restart` brings it back. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /**
   * Freezes the process by SIGSTOP, and resolves when all of it stands still. Its sockets stay open, and its port still takes
   * connections that nobody greets.
   */
  pause(): Promise<void>;
  /** Lets a paused process go on. */
  resume(): void;
  /**
   * Starts the server again on the same port, after ending it where it still runs, with further lines of configuration if any are given; resolves when it
   * takes connections.
   */
  restart(furtherConfig?: string): Promise<void>;
}

/**
 * Starts a nats-server and resolves when it takes connections.
 * @throws {Error} with the end of its log if it does not start, or that of `spawn` if there is no such program
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'nats-server-'));
  const configFile = join(folder, 'nats-server.conf');
  await writeFile(configFile, options.config ?? '');

  const start = (port: number) =>
    startProcess(options.program, ['-a', '127.0.0.1', '-p', String(port), '-c', configFile, ...(options.args ?? [])]);
  // Port -1 lets the server itself choose: a port looked up beforehand may be taken meanwhile.
  let running = await start(options.port ?? -1).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const { port } = running;

  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    const { process } = running;
    if (process.exitCode !== null || process.signalCode !== null) return;
    const exit = once(process, 'exit');
    process.kill(signal);
    process.kill('SIGCONT');
    await exit;
  };

  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    pid: () => running.pid,
    log: () => running.log(),
    async stop() {
      const deadline = setTimeout(() => running.process.kill('SIGKILL'), 5_000);
      await kill('SIGTERM');
      clearTimeout(deadline);
      await rm(folder, { recursive: true, force: true });
    },
    kill,
    async pause() {
      running.process.kill('SIGSTOP');
      await standsStill(running.pid);
    },
    resume: () => void running.process.kill('SIGCONT'),
    async restart(furtherConfig = '') {
      await kill('SIGKILL');
      await appendFile(configFile, `\n${furtherConfig}\n`);
      running = await start(port);
    },
  };
}

interface RunningProcess {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly port: number;
  log(): string;
}

async function startProcess(program: string, args: readonly string[]): Promise<RunningProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  endWithThisProcess(child);

  const lines: string[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    let listening: number | undefined;
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const address = /Listening for client connections on .*:(\d+)$/.exec(line);
      if (address !== null) listening = Number(address[1]);
      if (line.endsWith('Server is ready') && listening !== undefined) resolve(listening);
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`nats-server ended at once: ${lines.slice(-3).join(' | ')}`)));
  });

  if (child.pid === undefined) throw new Error('nats-server has no pid');
  return { process: child, pid: child.pid, port, log: () => lines.join('\n') };
}
