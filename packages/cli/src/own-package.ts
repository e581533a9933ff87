import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, whether it runs from its sources, from what they were compiled to, or from the bundle of that. */
const packageFolder = folderAbove(dirname(fileURLToPath(import.meta.url)));

/** The program to start for a process of its own: a node, or what answers a measurement. */
export const launcher = join(packageFolder, 'bin/quorate.js');

/** The version of the command, as its package says it. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const isVersioned = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isVersioned ? String(manifest.version) : 'unknown';
}

function folderAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : folderAbove(dirname(folder));
}
