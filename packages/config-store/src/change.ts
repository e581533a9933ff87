import type { LogEntry, StreamNotice } from '@quorate/raft';

/** What one transaction did to one key. */
export type Change =
  | {
      readonly op: 'put';
      readonly key: string;
      readonly value: Uint8Array;
      readonly revision: number;
      readonly createRevision: number;
      readonly version: number;
      /** The log entry that made the change. */
      readonly index: number;
      /** When that entry got its place in the log. */
      readonly timestampUs: number;
    }
  | {
      readonly op: 'delete';
      readonly key: string;
      readonly revision: number;
      readonly index: number;
      readonly timestampUs: number;
    };

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

/** A sampled context of tracing as W3C writes it: nothing else of an entry's fields may become a header. */
const traceparent = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The message on the stream of changes for the `ordinal`-th change of a transaction, from 0.
 * Its `Nats-Msg-Id` is the same on every node and for every repeat.
 */
export function changeNotice(
  change: Change,
  options: { readonly entry: LogEntry; readonly ordinal: number; readonly stream: string; readonly body: Uint8Array },
): StreamNotice {
  const { entry, ordinal, stream, body } = options;
  const trace = entry.fields?.traceparent;
  return {
    subject: keyTokens(change.key),
    headers: {
      'Nats-Msg-Id': `${stream}.${change.revision}.${ordinal}`,
      'Quorate-Revision': String(change.revision),
      'Quorate-Timestamp-Us': String(change.timestampUs),
      ...(typeof trace === 'string' && traceparent.test(trace) ? { traceparent: trace } : {}),
    },
    body,
  };
}
