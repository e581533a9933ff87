import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { watchNpm } from './npm-ancestry.mjs';
import { SetupFailure } from './setup-failure.mjs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** How long a program may take to end, once npm is gone, before it is ended. */
const graceMs = 5_000;

/**
 * Runs a program to its end, on this terminal, or with its output kept until it fails.
 * Throws a SetupFailure with the program's exit code if that is not 0. A signal that asks this process to end is handed
 * on, and the program is waited for. Where npm runs this process and is gone, the program is ended.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} options
 */
export async function runProgram(program, args, { cwd, env = process.env, quiet = false }) {
  let child;
  const handOn = (signal) => {
    // Ctrl-C reaches every process of the terminal by itself, and a second one would cut the program's own clean-up short.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  // From before it starts, or else a signal might end this process and leave the program behind.
  for (const signal of signals) process.on(signal, handOn);
  const stopWatching = watchNpm(() => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
  });
  const output = [];
  const exitCode = await new Promise((resolve, reject) => {
    child = spawn(program, args, { cwd, env, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => reject(new SetupFailure(`${program} cannot be run: ${error.message}`)));
    child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  }).finally(() => {
    stopWatching();
    for (const signal of signals) process.off(signal, handOn);
  });

  if (exitCode === 0) return;
  process.stderr.write(Buffer.concat(output));
  throw new SetupFailure(`${basename(program)} failed with exit code ${exitCode}`, exitCode);
}
