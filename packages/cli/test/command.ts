import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { endWithThisProcess } from '@quorate/local-machine';

/** The program, as npm links it. */
export const launcher = fileURLToPath(new URL('../bin/quorate.js', import.meta.url));

/** How a command is run. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
}

/** What became of a command. */
export interface CommandResult {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** The same, byte for byte. */
  readonly bytes: Buffer;
  readonly stderr: string;
}

/** Runs `quorate` to its end. */
export async function quorate(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const child = startQuorate(args, options);
  child.stdin.end(options.stdin ?? '');
  const [bytes, stderr, [exitCode]] = await Promise.all([
    buffer(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { exitCode, stdout: bytes.toString(), bytes, stderr };
}

/** Starts `quorate`, and sees to it that it ends with the tests. */
export function startQuorate(
  args: readonly string[],
  { env = {} }: CommandOptions = {},
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [launcher, ...args], {
    env: { ...cleanEnvironment(), ...env },
  });
  // A command that does not read its input closes it.
  child.stdin.on('error', () => {});
  endWithThisProcess(child);
  return child;
}

/** The environment without what this machine happens to say about NATS and Quorate. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(QUORATE|NATS|npm)_/.test(name));
  return Object.fromEntries(entries);
}
