import type { Entry } from '@quorate/client';
import { CommandFailure } from '../command-error.ts';
import { envLeaves } from '../import/env-leaves.ts';
import { ImportError } from '../import/import-error.ts';
import { SourceText } from '../import/source-text.ts';
import { exportText } from './export-tree.ts';
import { leafPath } from './key-path.ts';

/**
 * The keys under a prefix as lines of a .env file, which `import` reads as the same names and values.
 * @throws {CommandFailure} if a name or a value cannot be written so
 */
export const exportEnv = (entries: Iterable<Entry>, prefix: string): string =>
  [...entries].map(({ key, value }) => `${lineOf(key, nameOf(prefix, key), exportText(key, value))}\n`).join('');

function nameOf(prefix: string, key: string): string {
  const path = leafPath(prefix, key);
  const [name = ''] = path;
  if (path.length === 1 && /^[\w.-]+$/.test(name)) return name;
  throw new CommandFailure(`${JSON.stringify(key)} gives no name of a .env file: another format takes it`);
}

/** The plainest way to write it that is read as what it is. */
function lineOf(key: string, name: string, text: string): string {
  const ways = [
    text,
    `'${text}'`,
    `"${text}"`,
    `\`${text}\``,
    `"${text.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`,
  ];
  const line = ways.map((way) => `${name}=${way}`).find((way) => isRead(way, name, text));
  if (line !== undefined) return line;
  throw new CommandFailure(`the value of ${JSON.stringify(key)} cannot stand in a .env file: another format takes it`);
}

function isRead(line: string, name: string, text: string): boolean {
  try {
    const leaves = envLeaves(new SourceText({ name: '.env', bytes: Buffer.from(`${line}\n`) }));
    return leaves.length === 1 && leaves[0]?.path[0] === name && leaves[0].text === text;
  } catch (error) {
    if (error instanceof ImportError) return false;
    throw error;
  }
}
