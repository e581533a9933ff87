export { DataFolder, type DataFolderOptions, openDataFolder, type SnapshotFilesOptions } from './data-folder.ts';
export { DataFolderError, type DataFolderErrorCode, isDiskFull } from './data-folder-error.ts';
export { type FolderSizes, folderSizes } from './folder-sizes.ts';
export { AlreadyFormed, formationRecordSchema, SnapshotNotStaged } from './formation-record.ts';
export { defaultRecentEntriesBytes, LmdbLogStorage } from './lmdb-log-storage.ts';
export { LmdbTables } from './lmdb-tables.ts';
export type { ScrubOptions } from './scrub.ts';
export type { SnapshotAnswer } from './snapshot-files/answer.ts';
export { LmdbSnapshotFiles } from './snapshot-files/lmdb-snapshot-files.ts';
