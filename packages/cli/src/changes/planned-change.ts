import type { Entry, Store } from '@quorate/client';

/** What a key is to hold. */
export interface WantedValue {
  readonly value: Uint8Array;
  /** A media type; null for none. */
  readonly contentType: string | null;
}

/** A key that is to change: what it holds, and what it is to hold. Null: it does not exist, or is not to. */
export interface PlannedChange {
  readonly key: string;
  readonly before: Entry | null;
  readonly after: WantedValue | null;
}

/** The keys that begin with a prefix, all as of one revision. */
export interface KeysAtRevision {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly revision: bigint;
}

const entriesOfAPage = 1_000;

/** Reads all keys that begin with a prefix, as they are or as they were after a revision. @throws what `Store.list` does */
export async function readKeys(store: Store, prefix: string, revision?: bigint): Promise<KeysAtRevision> {
  const entries = new Map<string, Entry>();
  const options = { prefix, pageLimit: entriesOfAPage, atOneRevision: true };
  let shown = 0n;
  for await (const page of store.list(revision === undefined ? options : { ...options, revision }).pages()) {
    shown = page.revision;
    for (const entry of page.entries) entries.set(entry.key, entry);
  }
  return { entries, revision: revision ?? shown };
}

/** What has to change for `wanted` to hold, in the order of the keys' bytes. What `current` has beside it goes if it `prunes`, and stays else. */
export function planChanges(
  current: ReadonlyMap<string, Entry>,
  wanted: ReadonlyMap<string, WantedValue>,
  { prunes }: { readonly prunes: boolean },
): readonly PlannedChange[] {
  const keys = prunes ? new Set([...current.keys(), ...wanted.keys()]) : wanted.keys();
  return [...keys]
    .map((key) => ({ key, before: current.get(key) ?? null, after: wanted.get(key) ?? null }))
    .filter(({ before, after }) => !isSame(before, after))
    .sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)));
}

function isSame(before: WantedValue | null, after: WantedValue | null): boolean {
  if (before === null || after === null) return before === after;
  return before.contentType === after.contentType && Buffer.compare(before.value, after.value) === 0;
}
