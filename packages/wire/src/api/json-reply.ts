import { entryToJson } from '../config-store/entry-json.ts';
import { decodeAnswer, decodeResult } from '../config-store/result-codec.ts';
import { committedEntryToJson, decodeEntriesPage } from './committed.ts';
import type { Endpoint } from './endpoint.ts';
import { MalformedMessage } from './errors.ts';
import { decodeHello } from './formation.ts';
import { decodeChanged, decodeTransferred } from './membership.ts';
import type { ApiReply } from './reply.ts';
import { decodeSnapshotStretch, decodeStagedSnapshot, decodeTakenSnapshot } from './snapshots.ts';
import { decodeStatus, statusToJson } from './status.ts';

/** What the entries of a page may take in JSON, where bytes grow by a third as base64: the rest of NATS's 1 MiB is for frame and headers. */
const MAX_JSON_PAGE_BYTES = 1_000_000;

/**
 * A reply for those who asked in JSON. Numbers of 64 bits are texts; an error stands under `error`. A page that
 * is larger in JSON than a message can be is cut: the answer is then as if a smaller one had been asked for.
 * @throws {MalformedMessage} if the body is not one of `endpoint`
 */
export function encodeJsonReply(endpoint: Endpoint, reply: ApiReply): Uint8Array {
  return Buffer.from(reply.kind === 'error' ? JSON.stringify({ error: reply.error }) : textOf(endpoint, reply.body));
}

function textOf(endpoint: Endpoint, body: Uint8Array): string {
  switch (endpoint) {
    case 'get':
    case 'list':
      return answerText(endpoint, body);
    case 'put':
    case 'delete':
      return resultText(endpoint, body);
    case 'entries':
      return entriesText(body);
    case 'status':
      return JSON.stringify(statusToJson(decodeStatus(body)));
    case 'hello':
    case 'form':
      return JSON.stringify(decodeHello(body));
    case 'members':
      return JSON.stringify({ index: String(decodeChanged(body)) });
    case 'transfer':
      return JSON.stringify({ leader: decodeTransferred(body) });
    case 'snapshot':
      return snapshotText(body);
    case 'snapshot-read':
      return stretchText(body);
    case 'snapshot-stage':
      return JSON.stringify(decodeStagedSnapshot(body));
  }
}

function answerText(endpoint: 'get' | 'list', body: Uint8Array): string {
  const answer = decodeAnswer(body);
  if (answer.kind === 'failed') return JSON.stringify({ error: answer.error });
  if (answer.kind !== endpoint) throw new MalformedMessage({ what: `reply of ${endpoint}` });
  const state = { revision: String(answer.revision), appliedIndex: String(answer.appliedIndex) };
  if (answer.kind === 'get') {
    return JSON.stringify({ entry: answer.entry === null ? null : entryToJson(answer.entry), ...state });
  }
  const { texts, cut } = withinPage(answer.entries, entryToJson);
  return pageText(texts, { more: answer.more || cut, ...state });
}

function resultText(endpoint: 'put' | 'delete', body: Uint8Array): string {
  const result = decodeResult(body);
  if (result.kind === 'failed') return JSON.stringify({ error: result.error });
  if (result.kind !== endpoint) throw new MalformedMessage({ what: `reply of ${endpoint}` });
  const revision = String(result.revision);
  return JSON.stringify(result.kind === 'put' ? { revision } : { revision, deleted: result.deleted });
}

function entriesText(body: Uint8Array): string {
  const page = decodeEntriesPage(body);
  const { texts } = withinPage(page.entries, committedEntryToJson);
  return pageText(texts, { firstIndex: String(page.firstIndex), commitIndex: String(page.commitIndex) });
}

function snapshotText(body: Uint8Array): string {
  const { index, term, revision, ...rest } = decodeTakenSnapshot(body);
  return JSON.stringify({ ...rest, index: String(index), term: String(term), revision: String(revision) });
}

function stretchText(body: Uint8Array): string {
  const { offset, bytes, checksum } = decodeSnapshotStretch(body);
  return JSON.stringify({ offset, bytesBase64: Buffer.from(bytes).toString('base64'), checksum });
}

/** The JSON of as many entries as a page may have, one at least. */
function withinPage<Entry>(
  entries: readonly Entry[],
  toJson: (entry: Entry) => unknown,
): { readonly texts: readonly string[]; readonly cut: boolean } {
  const texts: string[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const text = JSON.stringify(toJson(entry));
    bytes += Buffer.byteLength(text) + 1;
    if (texts.length > 0 && bytes > MAX_JSON_PAGE_BYTES) return { texts, cut: true };
    texts.push(text);
  }
  return { texts, cut: false };
}

const pageText = (entries: readonly string[], rest: Readonly<Record<string, unknown>>): string =>
  `{"entries":[${entries.join(',')}],${JSON.stringify(rest).slice(1)}`;
