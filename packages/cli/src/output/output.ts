import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { CommandFailure, OutputClosed } from '../command-error.ts';

/** Sees to it that output which cannot be written ends nothing by an uncaught error: whoever wrote it is told. */
export function watchOutput(): void {
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
}

/**
 * Writes to standard output, and resolves when it is written.
 * @throws {OutputClosed} if nobody reads it any more, as `head` does not
 * @throws {CommandFailure} if it cannot be written for another reason, such as a full disk
 */
export async function write(content: string | Uint8Array): Promise<void> {
  try {
    if (isPipeOrTerminal(process.stdout)) await streamed(content);
    else writeWhole(process.stdout.fd, Buffer.from(content));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'EPIPE') throw new OutputClosed({ cause: error });
    throw new CommandFailure(`the output cannot be written: ${code}`, { cause: error });
  }
}

/** Writes a line to standard output. @throws {OutputClosed | CommandFailure} as `write` does */
export const writeLine = (line: string): Promise<void> => write(`${line}\n`);

let afterwards: Promise<void> = Promise.resolve();

/** Writes to standard output, for those who cannot wait: `writtenAfterwards` tells what came of it. */
export function writeAfterwards(content: string): void {
  afterwards = afterwards.then(() => write(content));
  afterwards.catch(() => {});
}

/** Resolves when all that was given to `writeAfterwards` is written. @throws {OutputClosed | CommandFailure} as `write` does */
export const writtenAfterwards = (): Promise<void> => afterwards;

/** Says something to people, on standard error: it is no part of a command's output. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

const isPipeOrTerminal = (stream: object): boolean => stream instanceof Socket;

function streamed(content: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(content, (error) => (error ? reject(error) : resolve()));
  });
}

/** A file takes what there is room for. The stream that Node.js has for files takes that for the whole, and tells of nothing. */
function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}
