import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The usual folder may be kept in memory, where a flush costs nothing and a log of many writes takes what tests need to run.
const parent = existsSync('/var/tmp') ? '/var/tmp' : tmpdir();

/** A new folder on a disk. */
export async function makeTemporaryFolder(name: string): Promise<string> {
  return mkdtemp(join(parent, `quorate-${name}-`));
}

/** Removes a folder with all that is in it; one that is gone already is fine. */
export async function removeTemporaryFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}
