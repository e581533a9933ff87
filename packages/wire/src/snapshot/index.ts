export { readSnapshotFile, type SnapshotContent } from './read-snapshot-file.ts';
export {
  blockBytes,
  endFrameBytes,
  isSnapshotId,
  SnapshotEncoder,
} from './snapshot-format.ts';
export { mismatchOf, type SnapshotHeader, type SnapshotOwner } from './snapshot-header.ts';
export { SnapshotParser } from './snapshot-parser.ts';
export { rowBytes, type SnapshotRow } from './snapshot-row.ts';
