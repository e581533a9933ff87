import { crc32 } from 'node:zlib';
import { decodeSnapshotStretch, encodeSnapshotRead, type SnapshotStretch, type TakenSnapshot } from '@quorate/wire';
import { MalformedMessage } from './errors.ts';
import type { GroupAccess } from './group-access.ts';
import type { Lifetime } from './lifetime.ts';
import type { OnProgress } from './snapshots.ts';

/** A snapshot comes in stretches of so many bytes, or less if NATS takes no such messages, and so many of them are asked for at a time. */
const stretchBytes = 256 * 1024;
const window = 4;
/** What a message takes beside the bytes of a stretch. */
const envelopeBytes = 1_024;
/** So long a node may take for a stretch. */
const stretchTimeoutMs = 5_000;

/** What is downloaded, and from whom. */
export interface Download {
  readonly access: GroupAccess;
  readonly lifetime: Lifetime;
  readonly taken: Pick<TakenSnapshot, 'id' | 'bytes'>;
  /** Who may have it, in the order in which they are asked. */
  readonly nodes: readonly string[];
  readonly write: (bytes: Uint8Array, offset: number) => Promise<void>;
  readonly onProgress: OnProgress;
}

/**
 * Gets all of a snapshot, a bounded number of bytes at a time, from one node and, where that one does not go on, from the next that has it.
 * @throws {QuorateError} what the last one came to, or the reason that the lifetime ends with
 */
export async function download(what: Download): Promise<void> {
  const { access, lifetime, taken, nodes } = what;
  const payloadBytes = access.link.connection?.info?.max_payload ?? Number.POSITIVE_INFINITY;
  const step = Math.max(1, Math.min(stretchBytes, payloadBytes - envelopeBytes));
  const missing = new Set<number>();
  for (let offset = 0; offset < taken.bytes; offset += step) missing.add(offset);
  let failure: unknown = new MalformedMessage({ what: 'snapshot' });
  for (const node of nodes) {
    try {
      await fetchFrom(node, step, missing, what);
      return;
    } catch (error) {
      if (lifetime.ended) throw lifetime.error;
      failure = error;
    }
  }
  throw failure;
}

/** Takes out of `missing` what was fetched. What is under way when something fails ends first. */
async function fetchFrom(node: string, step: number, missing: Set<number>, what: Download): Promise<void> {
  const { taken, onProgress } = what;
  const queue = [...missing];
  let failed: { readonly error: unknown } | null = null;
  const work = async (): Promise<void> => {
    for (let offset = queue.shift(); offset !== undefined && failed === null; offset = queue.shift()) {
      try {
        await fetchStretch(node, offset, Math.min(offset + step, taken.bytes), what);
        missing.delete(offset);
        onProgress({ doneBytes: taken.bytes - Math.min(taken.bytes, missing.size * step), totalBytes: taken.bytes });
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: window }, work));
  if (failed !== null) throw errorIn(failed);
}

const errorIn = ({ error }: { readonly error: unknown }): unknown => error;

async function fetchStretch(node: string, from: number, to: number, what: Download): Promise<void> {
  for (let at = from; at < to; ) {
    const { bytes } = await askFor(node, at, to - at, what);
    await what.write(bytes, at);
    at += bytes.length;
  }
}

/** @throws {MalformedMessage} if it is not what was asked for */
async function askFor(node: string, offset: number, maxBytes: number, what: Download): Promise<SnapshotStretch> {
  const { access, lifetime, taken } = what;
  const body = encodeSnapshotRead({ id: taken.id, offset, maxBytes });
  const request = {
    endpoint: 'snapshot-read',
    kind: 'read',
    body,
    node,
    timeoutMs: stretchTimeoutMs,
    lifetime,
  } as const;
  const stretch = decodeSnapshotStretch(await access.router.request(request));
  const { length } = stretch.bytes;
  const isRight = stretch.offset === offset && length > 0 && length <= maxBytes;
  if (!isRight || crc32(stretch.bytes) !== stretch.checksum)
    throw new MalformedMessage({ what: 'stretch of a snapshot' });
  return stretch;
}
