import { loneSurrogateAt, type StoredEntry } from '@quorate/config-store';
import { InvalidCommand } from './errors.ts';
import type { Entry } from './store.ts';

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
export function toEntry(entry: StoredEntry): Entry {
  return {
    key: entry.key,
    value: new Uint8Array(entry.value),
    createRevision: BigInt(entry.createRevision),
    modRevision: BigInt(entry.modRevision),
    version: BigInt(entry.version),
    lease: entry.lease === null ? null : BigInt(entry.lease),
    contentType: entry.contentType,
  };
}
