import { invariant, type LogEntry } from '@quorate/raft';
import type { Change } from '../change.ts';
import { auditKeys } from '../state-hash/audit-keys.ts';
import type { StateHash } from '../state-hash/state-hash.ts';
import { type ChangePlace, comparePlaces } from '../tables/change-place.ts';
import { type ChangeRow, changesTable } from '../tables/changes-table.ts';
import { deletedKeysTable } from '../tables/deleted-keys-table.ts';
import type { HistoryRow } from '../tables/history-table.ts';
import { keysTable, placeOf } from '../tables/keys-table.ts';
import { hasLandmark, landmarksTable } from '../tables/landmarks-table.ts';
import type { Progress, TablesWriter } from '../tables/tables.ts';
import { traceparentOf } from '../traceparent-of.ts';
import { dropOldValues } from './drop-old-values.ts';
import { putRowOf } from './put-row.ts';
import type { KeyBefore, StagedChange } from './staged-change.ts';

/** What was made of the changes of a transaction. */
export interface RecordedRevision extends Pick<Progress, 'revision'> {
  readonly changes: readonly Change[];
}

/** What the changes of a transaction are recorded with. */
export interface Recording {
  readonly history: HistoryRow;
  readonly hash: StateHash;
  /** Who made them, by its own account. */
  readonly client: string | null;
}

/** Makes the changes of one transaction, each of another key, one revision: in the table of keys, in history and in the hash of the state. The progress is left to the caller. */
export function recordChanges(
  writer: TablesWriter,
  staged: readonly StagedChange[],
  entry: LogEntry,
  { history, hash, client }: Recording,
): RecordedRevision {
  const revision = writer.progress.revision + 1;
  const changes = staged.map((change, ordinal) => changeOf(change, { revision, ordinal }, staged.length, entry));
  auditKeys(writer, revision, hash);
  hashChanges(hash, changes);
  if (client !== null) hash.text(client);
  const stateHash = hash.value;
  const traceparent = traceparentOf(entry);
  for (const change of changes) {
    const before = staged[change.ordinal]?.before ?? null;
    if (before !== null) keepInHistory(writer, change.key, before, history);
    const isFirst = change.ordinal === 0;
    // What belongs to the whole revision stands in its first change.
    const shared = isFirst ? { stateHash, traceparent, client } : { stateHash: 0, traceparent: null, client: null };
    const changeNumber = recordChange(writer, change, before, shared);
    dropOldValues(writer, change, changeNumber, history.retention);
  }
  return { revision, changes };
}

function changeOf({ key, after }: StagedChange, place: ChangePlace, changeCount: number, entry: LogEntry): Change {
  const { revision, ordinal } = place;
  const { index, timestampUs } = entry;
  if (after === null) return { op: 'delete', key, revision, ordinal, changeCount, index, timestampUs };
  const { value, createRevision, version, lease, contentType } = after;
  return {
    op: 'put',
    key,
    value,
    createRevision,
    version,
    lease,
    contentType,
    revision,
    ordinal,
    changeCount,
    index,
    timestampUs,
  };
}

/** Gives the how-manieth change of its key it is. */
function recordChange(
  writer: TablesWriter,
  change: Change,
  before: KeyBefore | null,
  { stateHash, traceparent, client }: Pick<ChangeRow, 'stateHash' | 'traceparent' | 'client'>,
): number {
  const { key, revision, ordinal, index, timestampUs } = change;
  const place = { revision, ordinal };
  const deletion = before === null ? writer.get(deletedKeysTable, key) : null;
  const previous = before === null ? deletion : placeOf(before);
  const changeNumber = 1 + ((before ?? deletion)?.changeNumber ?? 0);
  // Each field is named, for spreading them costs as much as all the rest.
  if (change.op === 'put') {
    const { value, createRevision, version, lease, contentType } = change;
    writer.put(changesTable, place, {
      op: 'put',
      key,
      changeNumber,
      previous,
      index,
      timestampUs,
      stateHash,
      traceparent,
      client,
      value,
      createRevision,
      version,
      lease,
      contentType,
    });
    writer.put(keysTable, key, {
      value,
      createRevision,
      modRevision: revision,
      version,
      lease,
      contentType,
      ordinal,
      changeNumber,
      timestampUs,
    });
    if (deletion !== null) writer.delete(deletedKeysTable, key);
  } else {
    const row = { key, changeNumber, previous, index, timestampUs, stateHash, traceparent, client };
    writer.put(changesTable, place, { op: 'delete', ...row });
    writer.delete(keysTable, key);
    writer.put(deletedKeysTable, key, { ...place, changeNumber });
  }
  if (hasLandmark(changeNumber)) writer.put(landmarksTable, { key, revision }, { ordinal });
  return changeNumber;
}

/** A version that has stood for longer than history goes back is in the table of keys alone; it gets its place in history again once it is past. */
function keepInHistory(writer: TablesWriter, key: string, before: KeyBefore, history: HistoryRow): void {
  const place = placeOf(before);
  if (comparePlaces(place, history.sweptTo) >= 0) return;
  const row = writer.get(keysTable, key);
  invariant(row !== null, () => `the key ${key}, which is being changed, does not exist`);
  writer.put(changesTable, place, putRowOf(key, row));
  if (hasLandmark(before.changeNumber)) {
    writer.put(landmarksTable, { key, revision: place.revision }, { ordinal: place.ordinal });
  }
}

function hashChanges(hash: StateHash, changes: readonly Change[]): void {
  for (const change of changes) {
    hash.counter(change.revision);
    hash.text(change.op);
    hash.text(change.key);
    if (change.op === 'delete') continue;
    hash.counter(change.createRevision);
    hash.counter(change.version);
    hash.counter(change.lease ?? 0);
    hash.text(change.contentType ?? '');
    hash.bytes(change.value);
  }
}
