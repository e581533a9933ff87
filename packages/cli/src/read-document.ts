import { buffer } from 'node:stream/consumers';
import { parseDocument } from 'yaml';
import { UsageError } from './command-error.ts';
import { readInputFile } from './read-input-file.ts';

/** Reads what is in a file, or in standard input if it is `-`, in JSON or YAML. @throws {UsageError} if it cannot be read, or is neither */
export async function readDocument(file: string): Promise<unknown> {
  const bytes = file === '-' ? await buffer(process.stdin) : await readInputFile(file);
  return parsed(bytes, file === '-' ? 'standard input' : file);
}

/** What is JSON is YAML too. */
function parsed(bytes: Uint8Array, where: string): unknown {
  const document = parseDocument(textOf(bytes, where), { logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) throw new UsageError(`${where}: ${error.message.split('\n', 1)[0]}`, { cause: error });
  try {
    return document.toJS();
  } catch (cause) {
    // An alias may name nothing, or stand for too much.
    throw new UsageError(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function textOf(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError(`${where} is no UTF-8`, { cause });
  }
}
