import type { ListedEntry, StoredEntry } from '@quorate/config-store';
import { z } from 'zod';

/** A revision, an index, or how many there are of something. */
export const counter: z.ZodType<number> = z.int().min(0);

/** Bytes as msgpack has them. */
export const bytes: z.ZodType<Uint8Array> = z.instanceof(Uint8Array);

/** `[key, value, createRevision, modRevision, version, lease | null, contentType | null]`, where the value of an entry without one is null. */
export const entryFrame = (entry: ListedEntry): readonly unknown[] => [
  entry.key,
  entry.value,
  entry.createRevision,
  entry.modRevision,
  entry.version,
  entry.lease,
  entry.contentType,
];

const countersSchema = [counter, counter, counter, counter.nullable(), z.string().nullable()] as const;

/** What stands in a frame, whose value is read as `value` says. */
const frameWith = <Value extends Uint8Array | null>(value: z.ZodType<Value>) =>
  z
    .tuple([z.string(), value, ...countersSchema])
    .transform(([key, value, createRevision, modRevision, version, lease, contentType]) => ({
      key,
      value,
      createRevision,
      modRevision,
      version,
      lease,
      contentType,
    }));

/** Reads what `entryFrame` made of an entry with a value. */
export const entrySchema: z.ZodType<StoredEntry> = frameWith(bytes);

/** Reads what `entryFrame` made. */
export const listedEntrySchema: z.ZodType<ListedEntry> = frameWith(bytes.nullable());
