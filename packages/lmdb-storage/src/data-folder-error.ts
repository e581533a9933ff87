import { CorruptRecord } from '@quorate/raft';

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
  [27, 'EFBIG'],
]);

/** The code of a system error, or undefined. */
export function systemCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Says of any error what it means for the folder: an error of its own stays as it is. */
export function asDataFolderError(path: string, error: unknown): DataFolderError {
  if (error instanceof DataFolderError) return error;
  const reason = error instanceof CorruptRecord ? undefined : notWritable.get(systemCode(error));
  if (reason !== undefined)
    return new DataFolderError('DataFolderNotWritable', path, `cannot be written: ${reason}`, error);
  return new DataFolderError('DataFolderDamaged', path, `is damaged: ${firstLine(error)}`, error);
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
