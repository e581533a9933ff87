import { isUtf8 } from 'node:buffer';
import type { Entry } from '@quorate/client';
import { CommandFailure } from '../command-error.ts';
import { leafPath } from './key-path.ts';

/** Texts under names, and under names of names. */
export interface ExportTree {
  [name: string]: string | ExportTree;
}

/**
 * The keys under a prefix as one object: `import` of it gives the same keys and values.
 * @throws {CommandFailure} if a value is no text, or a key is a value and the beginning of others
 */
export function exportTree(entries: Iterable<Entry>, prefix: string): ExportTree {
  const tree = emptyTree();
  for (const { key, value } of entries) {
    const path = leafPath(prefix, key);
    const name = path.at(-1) ?? '';
    const place = placeOf(tree, path.slice(0, -1), key);
    if (Object.hasOwn(place, name)) throw bothError(key);
    place[name] = exportText(key, value);
  }
  return tree;
}

/** A value as text. @throws {CommandFailure} if it is none */
export function exportText(key: string, value: Uint8Array): string {
  if (isUtf8(value)) return Buffer.from(value).toString();
  throw new CommandFailure(`the value of ${JSON.stringify(key)} is no text: --format folder takes any`);
}

function placeOf(tree: ExportTree, path: readonly string[], key: string): ExportTree {
  let place = tree;
  for (const name of path) {
    const next = place[name] ?? emptyTree();
    if (typeof next === 'string') throw bothError(key);
    place[name] = next;
    place = next;
  }
  return place;
}

/** Names such as `__proto__` are names like any other. */
function emptyTree(): ExportTree {
  const tree: ExportTree = Object.create(null);
  return tree;
}

const bothError = (key: string): CommandFailure =>
  new CommandFailure(
    `${JSON.stringify(key)} and another key, of which one is the beginning of the other, cannot both stand in one tree: see quorate list --json`,
  );
