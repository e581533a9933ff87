import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { endWithThisProcess } from '@quorate/local-machine';

/** Runs a program to its end, and gives the JSON of the last line that it prints. @throws {Error} with its last words if it fails */
export async function runJsonProgram(program: string, args: readonly string[]): Promise<unknown> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  endWithThisProcess(child);
  return jsonOutputOf(child);
}

/** The JSON of the last line that a process prints, when it has ended. @throws {Error} with its last words if it fails */
export async function jsonOutputOf(child: ChildProcess): Promise<unknown> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('a program whose output nobody reads');
  const [output, complaint, [exitCode]] = await Promise.all([text(stdout), text(stderr), once(child, 'close')]);
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  if (exitCode === 0 && line !== '') return JSON.parse(line);
  throw new Error(
    `${child.spawnfile} failed: ${complaint.trim().split('\n').slice(-3).join(' | ') || 'it says nothing'}`,
  );
}
