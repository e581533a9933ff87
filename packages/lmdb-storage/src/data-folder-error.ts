import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { CorruptRecord, UnknownFormatVersion } from '@quorate/raft';
import { logFolder, stateFolder } from './folder-layout.ts';

/** What is wrong with a data folder. */
export type DataFolderErrorCode =
  | 'DataFolderInUse'
  | 'DataFolderOfAnotherNode'
  | 'DataFolderOfAnotherCluster'
  | 'UnknownFormatVersion'
  | 'DataFolderDamaged'
  | 'HardStateLost'
  | 'DataFolderNotWritable'
  | 'NotADataFolder';

/** A data folder that cannot be used. Its message is one line and names the folder; nothing in the folder was deleted. */
export class DataFolderError extends Error {
  readonly code: DataFolderErrorCode;
  /** The folder. */
  readonly path: string;
  constructor(code: DataFolderErrorCode, path: string, what: string, cause?: unknown) {
    super(`data folder ${path} ${what}`, cause === undefined ? undefined : { cause });
    this.name = 'DataFolderError';
    this.code = code;
    this.path = path;
  }
}

/** The errors of the operating system that say "you may not write here" or "there is no room", by their names and, as LMDB gives them, by their numbers. */
const notWritable: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ...['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOSPC', 'EDQUOT', 'EFBIG'].map((name): [unknown, string] => [
    name,
    name,
  ]),
  [13, 'EACCES'],
  [1, 'EPERM'],
  [30, 'EROFS'],
  [28, 'ENOSPC'],
  [122, 'EDQUOT'],
  [27, 'EFBIG'],
]);

/** The code of a system error, or undefined. */
export function systemCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** "There is no room", or none for this user. LMDB has numbers in place of names. */
const fullCodes: readonly unknown[] = ['ENOSPC', 'EDQUOT', 28, 122];

/** EIO, as LMDB says it: also of a write that was cut short, which is what the last one before the disk is full can be. */
const shortWrite = 5;

/** No write that was cut short leaves more than this. */
const remainderBytes = 1024 * 1024;

/** Whether an error, the operating system's or LMDB's, comes of there being no room for a data folder: log and state may have file systems of their own. */
export function isDiskFull(error: unknown, folder: string): boolean {
  const code = systemCode(error);
  if (code !== shortWrite) return fullCodes.includes(code);
  return [folder, join(folder, logFolder), join(folder, stateFolder)].some((part) => freeBytes(part) < remainderBytes);
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Says of any error what it means for the folder: an error of its own stays as it is. */
export function asDataFolderError(path: string, error: unknown): DataFolderError {
  if (error instanceof DataFolderError) return error;
  if (error instanceof UnknownFormatVersion) {
    return new DataFolderError('UnknownFormatVersion', path, `cannot be used: ${error.message}`, error);
  }
  const reason = error instanceof CorruptRecord ? undefined : notWritable.get(systemCode(error));
  if (isDiskFull(error, path))
    return new DataFolderError(
      'DataFolderNotWritable',
      path,
      `cannot be written: the disk is full (${reason ?? 'ENOSPC'})`,
      error,
    );
  if (reason !== undefined)
    return new DataFolderError('DataFolderNotWritable', path, `cannot be written: ${reason}`, error);
  return new DataFolderError('DataFolderDamaged', path, `is damaged: ${firstLine(error)}`, error);
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
