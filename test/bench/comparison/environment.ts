import { cpus, totalmem } from 'node:os';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../support/temporary-folder.ts';
import { InvalidOptions } from '../options.ts';
import { busyShare } from './busy-share.ts';
import { fileSystemOf, isInMemory } from './file-system.ts';

/** Where something was measured. */
export interface Environment {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly fileSystem: string;
  /** How busy the machine was with other things when it began, in percent; null if that is not known. */
  readonly busyPercent: number | null;
}

/** This machine. @throws {InvalidOptions} if data would be kept in memory, where a flush costs nothing and no figure means anything */
export async function thisEnvironment(): Promise<Environment> {
  const folder = await makeTemporaryFolder('bench');
  const fileSystem = await fileSystemOf(folder).finally(() => removeTemporaryFolder(folder));
  if (isInMemory(fileSystem)) {
    throw new InvalidOptions(`the folder for temporary files is kept in memory (${fileSystem}): TMPDIR names another`);
  }
  const [cpu] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    fileSystem: fileSystem ?? 'of unknown kind',
    busyPercent: await percentOf(busyShare()),
  };
}

async function percentOf(share: Promise<number | null>): Promise<number | null> {
  const found = await share;
  return found === null ? null : Math.round(found * 100);
}
