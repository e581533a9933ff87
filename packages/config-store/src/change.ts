import type { LogEntry, StreamNotice } from '@quorate/raft';
import { traceparentOf } from './traceparent-of.ts';

/** Where a change stands. */
interface ChangedKey {
  readonly key: string;
  readonly revision: number;
  /** Its place among the changes of its transaction, from 0. */
  readonly ordinal: number;
  /** How many changes the transaction has made. */
  readonly changeCount: number;
  /** The log entry that made the change. */
  readonly index: number;
  /** When that entry got its place in the log. */
  readonly timestampUs: number;
}

/** What one transaction did to one key. */
export type Change =
  | (ChangedKey & {
      readonly op: 'put';
      readonly value: Uint8Array;
      readonly createRevision: number;
      readonly version: number;
      readonly lease: number | null;
      readonly contentType: string | null;
    })
  | (ChangedKey & { readonly op: 'delete' });

/**
 * The tokens under which a key stands in the subjects of changes: split at `/`, one leading slash dropped, all but
 * A–Z a–z 0–9 `_` `-` percent-encoded, `%` for an empty token. At most 3,072 characters for a key of 1 KiB, so that the
 * whole subject stays under 3.3 KiB: nats-server takes up to 4,096 for subject, reply and sizes together (max_control_line).
 */
export function keyTokens(key: string): string {
  const path = key.startsWith('/') ? key.slice(1) : key;
  return path.split('/').map(encodeToken).join('.');
}

const encodeToken = (token: string): string =>
  token === '' ? '%' : encodeURIComponent(token).replace(/[.!~*'()]/g, percentEncoded);

const percentEncoded = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** The message on the stream of changes. Its `Nats-Msg-Id` is the same on every node and for every repeat. */
export function changeNotice(
  change: Change,
  options: { readonly entry: LogEntry; readonly stream: string; readonly body: Uint8Array },
): StreamNotice {
  const { entry, stream, body } = options;
  const traceparent = traceparentOf(entry);
  return {
    subject: keyTokens(change.key),
    headers: {
      'Nats-Msg-Id': `${stream}.${change.revision}.${change.ordinal}`,
      'Quorate-Revision': String(change.revision),
      'Quorate-Timestamp-Us': String(change.timestampUs),
      ...(traceparent === null ? {} : { traceparent }),
    },
    body,
  };
}
