import type { KeyRow, Version } from '../tables/keys-table.ts';

/** A key as it stands before a change, as far as the change has to know it: of its value, which may be large, the length. */
export interface KeyBefore extends Omit<KeyRow, 'value'> {
  readonly value: { readonly length: number };
}

/** What a change has to know of a key, without holding on to its value. */
export const keyBefore = (row: KeyRow): KeyBefore => ({ ...row, value: { length: row.value.length } });

/** What a transaction is about to do to one key: `after` is what it writes, null if it removes the key. */
export type StagedChange =
  | { readonly key: string; readonly before: KeyBefore | null; readonly after: Version }
  | { readonly key: string; readonly before: KeyBefore; readonly after: null };

/** What a put is given. */
export type WrittenValue = Pick<Version, 'value' | 'contentType' | 'lease'>;

/** The change that a put at `revision` makes of a key. */
export function stagedPut(
  key: string,
  { value, contentType, lease }: WrittenValue,
  before: KeyBefore | null,
  revision: number,
): StagedChange {
  const createRevision = before?.createRevision ?? revision;
  const version = (before?.version ?? 0) + 1;
  return { key, before, after: { value, createRevision, modRevision: revision, version, lease, contentType } };
}

/** The change that a delete makes of a key. */
export const stagedDelete = (key: string, before: KeyBefore): StagedChange => ({ key, before, after: null });
