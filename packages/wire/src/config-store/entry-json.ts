import { isUtf8 } from 'node:buffer';
import { type Change, type ListedEntry, MAX_VALUE_BYTES } from '@quorate/config-store';
import { timestampText } from './timestamp-text.ts';

/** A value as JSON carries it: as text, or, if it is none, as base64. */
export type ValueJson = { readonly value: string } | { readonly valueBase64: string };

/** What the largest value takes as base64, and so the most that any value takes in JSON. */
const MAX_VALUE_JSON_BYTES = Math.ceil(MAX_VALUE_BYTES / 3) * 4 + 2;

/**
 * A value as JSON carries it: `value` if it is UTF-8. A text so full of what JSON must escape that it might not fit into a
 * message goes as `valueBase64` too.
 */
export function valueToJson(value: Uint8Array): ValueJson {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (!isUtf8(bytes)) return { valueBase64: bytes.toString('base64') };
  const text = bytes.toString('utf8');
  return fits(text, bytes.length) ? { value: text } : { valueBase64: bytes.toString('base64') };
}

/** JSON makes six bytes of one at most. */
const fits = (text: string, bytes: number): boolean =>
  bytes * 6 + 2 <= MAX_VALUE_JSON_BYTES || Buffer.byteLength(JSON.stringify(text)) <= MAX_VALUE_JSON_BYTES;

/** A stored entry as JSON: numbers of 64 bits are texts. */
export interface EntryJson {
  readonly key: string;
  readonly value?: string;
  readonly valueBase64?: string;
  readonly createRevision: string;
  readonly modRevision: string;
  readonly version: string;
  readonly lease?: string;
  readonly contentType?: string;
}

/** A stored entry as JSON, without a value if it has none. */
export function entryToJson(entry: ListedEntry): EntryJson {
  return {
    key: entry.key,
    ...(entry.value === null ? {} : valueToJson(entry.value)),
    createRevision: String(entry.createRevision),
    modRevision: String(entry.modRevision),
    version: String(entry.version),
    ...(entry.lease === null ? {} : { lease: String(entry.lease) }),
    ...(entry.contentType === null ? {} : { contentType: entry.contentType }),
  };
}

/** The JSON body of a message on the stream of changes. */
export function encodeChange(change: Change): Uint8Array {
  const { key, op, revision, index, ordinal, changeCount, timestampUs } = change;
  const { contentType = null } = op === 'put' ? change : {};
  const written = op === 'put' ? valueToJson(change.value) : {};
  const counters =
    op === 'put' ? { createRevision: String(change.createRevision), version: String(change.version) } : {};
  const typed = contentType === null ? {} : { contentType };
  const place = { index: String(index), time: timestampText(timestampUs) };
  return Buffer.from(
    JSON.stringify({
      key,
      op,
      ...written,
      ...typed,
      revision: String(revision),
      ordinal,
      changeCount,
      ...counters,
      ...place,
    }),
  );
}
