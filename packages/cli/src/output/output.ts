import { once } from 'node:events';
import { OutputClosed } from '../command-error.ts';

let closed: Error | null = null;

/** Sees to it that a reader who goes away early, as `head` does, ends nothing by an uncaught error. */
export function watchOutput(): void {
  process.stdout.on('error', (error) => {
    closed = error;
  });
  process.stderr.on('error', () => {});
}

/**
 * Writes to standard output, and resolves when more may be written.
 * @throws {OutputClosed} if nobody reads it any more
 */
export async function write(content: string | Uint8Array): Promise<void> {
  if (closed === null && !process.stdout.write(content)) {
    await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]).catch(() => {});
  }
  if (closed !== null) throw new OutputClosed({ cause: closed });
}

/** Writes a line to standard output. @throws {OutputClosed} if nobody reads it any more */
export const writeLine = (line: string): Promise<void> => write(`${line}\n`);

/** Says something to people, on standard error: it is no part of a command's output. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
