import {
  type ListedEntry,
  loneSurrogateAt,
  type KeyChange as StoredChange,
  type StoredEntry,
} from '@quorate/config-store';
import { InvalidCommand } from './errors.ts';
import type { KeyChange } from './history.ts';
import type { Entry, KeyInfo } from './store.ts';

const utf8 = new TextEncoder();

/** The bytes of a value. @throws {InvalidCommand} if it is neither bytes nor a text that UTF-8 can hold */
export function valueBytes(value: string | Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string') throw new InvalidCommand({ reason: 'the value is neither text nor bytes' });
  const lone = loneSurrogateAt(value);
  if (lone >= 0)
    throw new InvalidCommand({ reason: `the value has a lone surrogate at ${lone}, which UTF-8 cannot hold` });
  return utf8.encode(value);
}

/** An entry as callers get it; its value is a copy, so that it does not keep the whole reply in memory. */
export const toEntry = (entry: StoredEntry): Entry => ({
  key: entry.key,
  value: new Uint8Array(entry.value),
  createRevision: BigInt(entry.createRevision),
  modRevision: BigInt(entry.modRevision),
  version: BigInt(entry.version),
  lease: entry.lease === null ? null : BigInt(entry.lease),
  contentType: entry.contentType,
});

/** What is known of a key beside its value. */
export const toKeyInfo = (entry: ListedEntry): KeyInfo => ({
  key: entry.key,
  createRevision: BigInt(entry.createRevision),
  modRevision: BigInt(entry.modRevision),
  version: BigInt(entry.version),
  lease: entry.lease === null ? null : BigInt(entry.lease),
  contentType: entry.contentType,
});

/** A change of a key as callers get it; its value is a copy. */
export function toKeyChange(change: StoredChange): KeyChange {
  const { revision, index, timestampUs, traceparent } = change;
  const origin = {
    revision: BigInt(revision),
    index: index === null ? null : BigInt(index),
    timestampUs: BigInt(timestampUs),
    traceparent,
  };
  if (change.op === 'delete') return { op: 'delete', ...origin };
  const { value, createRevision, version, lease, contentType } = change;
  return {
    op: 'put',
    ...origin,
    value: value === null ? null : new Uint8Array(value),
    createRevision: BigInt(createRevision),
    version: BigInt(version),
    lease: lease === null ? null : BigInt(lease),
    contentType,
  };
}
