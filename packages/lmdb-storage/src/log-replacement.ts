import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { recordDamage } from './damage-record.ts';
import { flushFolder } from './durable-file.ts';
import { saveEssentials } from './essential-records.ts';
import type { Essentials } from './essentials.ts';
import { makeFolder } from './folder-creation.ts';
import { logFolder, stateFolder } from './folder-layout.ts';
import { groupPrefix, groupSeed } from './group-key.ts';
import { LogEnvironment } from './log-environment.ts';
import { discardState } from './state-environment.ts';

/** Where a damaged log environment stays until its successor is whole. */
export const damagedFolder = 'log.damaged';

/** Complete and flushed, and about to take the log's place. */
const successorFolder = 'log.new';

/** Being made; means nothing. */
const draftFolder = 'log.draft';

/**
 * Puts a new log environment in the place of a damaged one, which is set aside: it has all the essentials, no entries, and the
 * mark that each group's log was damaged. The state goes too, for it is ahead of an empty log. A process that ends on the way leaves the
 * damaged environment, or the new one under a name that `finishReplacement` knows; never an empty log without its mark.
 */
export async function replaceLog(path: string, damage: string, essentials: Essentials): Promise<void> {
  const draft = join(path, draftFolder);
  await rm(draft, { recursive: true, force: true });
  await rm(join(path, successorFolder), { recursive: true, force: true });
  await makeFolder(draft);
  await writeSuccessor(draft, damage, essentials);
  await discardState(join(path, stateFolder));
  await rename(draft, join(path, successorFolder));
  await flushFolder(path);
  // Only the newest is kept.
  await removeDamagedLog(path);
  if (existsSync(join(path, logFolder))) await rename(join(path, logFolder), join(path, damagedFolder));
  await flushFolder(path);
  await finishReplacement(path);
}

/** Does what is left of a replacement that was cut short. */
export async function finishReplacement(path: string): Promise<void> {
  const successor = join(path, successorFolder);
  if (existsSync(join(path, logFolder)) || !existsSync(successor)) return;
  await rename(successor, join(path, logFolder));
  await flushFolder(path);
}

/** Removes what was set aside. */
export async function removeDamagedLog(path: string): Promise<void> {
  await rm(join(path, damagedFolder), { recursive: true, force: true });
}

async function writeSuccessor(folder: string, damage: string, essentials: Essentials): Promise<void> {
  const environment = new LogEnvironment(folder);
  try {
    await saveEssentials(environment, essentials, (commit) => {
      for (const group of essentials.hardStates.keys()) {
        commit.put(environment.damages, groupPrefix(group), recordDamage(damage, groupSeed(group)));
      }
    });
  } finally {
    await environment.close();
  }
  await flushFolder(folder);
}
