import type { ListedEntry, StoredEntry } from '@quorate/config-store';
import { z } from 'zod';
import { isCounter } from './frame-writer.ts';

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

/** The same without a schema, for what comes with each call; undefined if it is none. */
export function entryIn(frame: unknown): StoredEntry | undefined {
  if (!Array.isArray(frame) || frame.length !== 7) return undefined;
  const [key, value, createRevision, modRevision, version, lease, contentType]: readonly unknown[] = frame;
  if (typeof key !== 'string' || !(value instanceof Uint8Array)) return undefined;
  if (!isCounter(createRevision) || !isCounter(modRevision) || !isCounter(version)) return undefined;
  if (lease !== null && !isCounter(lease)) return undefined;
  if (contentType !== null && typeof contentType !== 'string') return undefined;
  return { key, value, createRevision, modRevision, version, lease, contentType };
}

/** Reads what `entryFrame` made. */
export const listedEntrySchema: z.ZodType<ListedEntry> = frameWith(bytes.nullable());
