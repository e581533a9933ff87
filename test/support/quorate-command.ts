import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endWithThisProcess } from '@quorate/local-machine';

const launcher = fileURLToPath(new URL('../../packages/cli/bin/quorate.js', import.meta.url));

/** How a command ended, and what it said. */
export interface CommandResult {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  readonly output: Buffer;
  readonly errorOutput: string;
}

/**
 * Starts the command `quorate` as a process that does not outlive this one. What the tester's own environment says to it is left out.
 * `wrapper` is a command that takes another one and becomes it.
 */
export function spawnQuorate(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  wrapper: readonly string[] = [],
): ChildProcess {
  const [command = process.execPath, ...rest] = [...wrapper, process.execPath, launcher, ...args];
  const child = spawn(command, rest, {
    env: { ...neutralEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithThisProcess(child);
  return child;
}

/** Runs the command `quorate` to its end, for 30 seconds at most. */
export async function runQuorate(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const child = spawnQuorate(args, environment);
  const output: Buffer[] = [];
  const errorOutput: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errorOutput.push(chunk));
  const deadline = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const [exitCode] = await once(child, 'close');
  clearTimeout(deadline);
  return {
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    output: Buffer.concat(output),
    errorOutput: Buffer.concat(errorOutput).toString(),
  };
}

function neutralEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(QUORATE|NATS|OTEL)_|^NODE_OPTIONS$/.test(name));
  return Object.fromEntries(entries);
}
