import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { HeldLock } from '@quorate/client';
import { CommandFailure } from '../command-error.ts';
import { lineOf } from '../command-outcome.ts';
import { say } from '../output/output.ts';

/** What is run while a lock is held. */
export interface LockedCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** So long after it was asked to end it is killed. */
  readonly killAfterMs: number;
}

/** What a shell gives for a command that there is none of, and for one that it may not run. */
const notFoundExitCode = 127;
const notRunnableExitCode = 126;
/** What a shell adds to the number of the signal that has ended a command. */
const signalExitCode = 128;

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command, and gives the exit code that it ended with. When the lock is lost the command is asked to end (SIGTERM), and then killed: whatever it does after that, it does without the lock.
 * It finds the lock in `QUORATE_LOCK` and the token in `QUORATE_LOCK_TOKEN`. @throws {CommandFailure} if the lock was lost
 */
export async function runLocked({ file, args, killAfterMs }: LockedCommand, held: HeldLock): Promise<number> {
  const env = { ...process.env, QUORATE_LOCK: held.lock, QUORATE_LOCK_TOKEN: String(held.token) };
  const child = spawn(file, args, { stdio: 'inherit', env });
  const passOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of passedOn) process.on(signal, passOn);
  const killing: { timer?: NodeJS.Timeout } = {};
  const end = (): void => {
    say(lineOf(`the lock was lost: ${reasonOf(held)}; ending the command`));
    child.kill('SIGTERM');
    killing.timer = setTimeout(() => void child.kill('SIGKILL'), killAfterMs);
  };
  if (held.lost.aborted) end();
  else held.lost.addEventListener('abort', end, { once: true });
  try {
    const exitCode = await exitCodeOf(child);
    if (held.lost.aborted) throw new CommandFailure('the lock was lost while the command ran');
    return exitCode;
  } finally {
    clearTimeout(killing.timer);
    held.lost.removeEventListener('abort', end);
    for (const signal of passedOn) process.off(signal, passOn);
  }
}

async function exitCodeOf(child: ChildProcess): Promise<number> {
  const ended = new Promise<readonly unknown[]>((resolve) => child.once('exit', (...how) => resolve(how)));
  try {
    await once(child, 'spawn');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    say(lineOf(error instanceof Error ? error.message : String(error)));
    return code === 'ENOENT' ? notFoundExitCode : notRunnableExitCode;
  }
  // It may not be signalled if it has another user's rights: then it runs on, and the lock is held until it ends.
  child.on('error', (error) => say(lineOf(`the command could not be told to end: ${error.message}`)));
  const [code, signal] = await ended;
  if (typeof code === 'number') return code;
  return signalExitCode + (isSignal(signal) ? constants.signals[signal] : 0);
}

const isSignal = (signal: unknown): signal is NodeJS.Signals =>
  typeof signal === 'string' && Object.hasOwn(constants.signals, signal);

const reasonOf = ({ lost }: HeldLock): string =>
  lost.reason instanceof Error ? lost.reason.message : String(lost.reason);
