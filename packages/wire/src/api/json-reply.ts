import type { CommandResult, WatchedChange } from '@quorate/config-store';
import type { LogEntry } from '@quorate/raft';
import { decodeAnswer } from '../config-store/answer-codec.ts';
import { entryToJson } from '../config-store/entry-json.ts';
import { leaseToJson } from '../config-store/lease-json.ts';
import { keyChangeToJson, outcomeToJson } from '../config-store/outcome-json.ts';
import { decodeResult } from '../config-store/result-codec.ts';
import { schemaToJson } from '../config-store/schema-json.ts';
import { stateHashText } from '../config-store/state-hash-text.ts';
import { watchedChangeToJson } from '../config-store/watched-change-json.ts';
import { committedEntryToJson, decodeEntriesPage } from './committed.ts';
import type { Endpoint, ReadEndpoint, WriteEndpoint } from './endpoint.ts';
import { MalformedMessage } from './errors.ts';
import { decodeHello } from './formation.ts';
import { decodeChanged, decodeTransferred } from './membership.ts';
import type { ApiReply } from './reply.ts';
import { writeEndpointOf } from './request-body.ts';
import { decodeSnapshotStretch, decodeStagedSnapshot, decodeTakenSnapshot } from './snapshots.ts';
import { decodeStages, stagesToJson } from './stages.ts';
import { decodeStatus, statusToJson } from './status.ts';
import { decodeTapped } from './tap.ts';
import { decodeWatchPage } from './watch.ts';

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
    case 'history':
    case 'retention':
    case 'leases':
    case 'quotas':
    case 'schemas':
      return answerText(endpoint, body);
    case 'put':
    case 'delete':
    case 'txn':
    case 'compact':
    case 'set-retention':
    case 'session':
    case 'lease':
    case 'quota':
    case 'schema':
      return resultText(endpoint, body);
    case 'entries':
      return entriesText(body);
    case 'watch':
      return watchText(body);
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
    case 'tap':
      return JSON.stringify(decodeTapped(body));
    case 'stages':
      return JSON.stringify(stagesToJson(decodeStages(body)));
  }
}

function answerText(endpoint: ReadEndpoint, body: Uint8Array): string {
  const answer = decodeAnswer(body);
  if (answer.kind === 'failed') return JSON.stringify({ error: answer.error });
  if (answer.kind !== endpoint) throw new MalformedMessage({ what: `reply of ${endpoint}` });
  const state = { revision: String(answer.revision), appliedIndex: String(answer.appliedIndex) };
  switch (answer.kind) {
    case 'get':
      return JSON.stringify({ entry: answer.entry === null ? null : entryToJson(answer.entry), ...state });
    case 'list': {
      const { texts, cut } = withinPage(answer.entries, entryToJson);
      const nextAfter = cut ? (answer.entries[texts.length - 1]?.key ?? null) : answer.nextAfter;
      return pageText('entries', texts, { more: nextAfter !== null, nextAfter, ...state });
    }
    case 'history': {
      const { texts, cut } = withinPage(answer.changes, keyChangeToJson);
      const oldestRevision = String(answer.oldestRevision);
      return pageText('changes', texts, { more: answer.more || cut, oldestRevision, ...state });
    }
    case 'retention': {
      const { retention, oldestRevision, stateHash } = answer;
      const known = { oldestRevision: String(oldestRevision), stateHash: stateHashText(stateHash) };
      return JSON.stringify({ ...retention, ...known, ...state });
    }
    case 'leases': {
      const { texts, cut } = withinPage(answer.leases, leaseToJson);
      return pageText('leases', texts, { more: answer.more || cut, ...state });
    }
    case 'quotas':
      return JSON.stringify({ quotas: answer.quotas, ...state });
    case 'schemas':
      return JSON.stringify({ schemas: answer.schemas.map(schemaToJson), ...state });
  }
}

function resultText(endpoint: WriteEndpoint, body: Uint8Array): string {
  const result = decodeResult(body);
  if (result.kind === 'failed') return JSON.stringify({ error: result.error });
  if (writeEndpointOf(result) !== endpoint) throw new MalformedMessage({ what: `reply of ${endpoint}` });
  switch (result.kind) {
    case 'put':
      return JSON.stringify({ revision: String(result.revision) });
    case 'delete':
      return JSON.stringify({ revision: String(result.revision), deleted: result.deleted });
    case 'txn':
      return transactionText(result);
    case 'compact':
      return JSON.stringify({ oldestRevision: String(result.oldestRevision), isDone: result.isDone });
    case 'openSession':
      return JSON.stringify({ session: String(result.session) });
    case 'grantLease':
      return JSON.stringify({ lease: String(result.lease) });
    case 'keepLease':
      return JSON.stringify({ ttlMs: result.ttlMs });
    case 'revokeLease':
      return JSON.stringify({ revision: String(result.revision), deleted: result.deleted });
    case 'setQuota':
      return JSON.stringify({ keys: result.keys, bytes: result.bytes, isCounted: result.isCounted });
    case 'setSchema':
      return JSON.stringify({ schemaRevision: String(result.schemaRevision) });
    case 'deleteQuota':
    case 'deleteSchema':
      return JSON.stringify({ deleted: result.deleted });
    case 'setRetention':
    case 'keepSession':
    case 'closeSession':
      return '{}';
  }
}

/** The transaction is made: what came of it is told also where its results are too large for a message. */
function transactionText(result: CommandResult & { readonly kind: 'txn' }): string {
  const { succeeded, results } = outcomeToJson(result);
  const revision = String(result.revision);
  const text = JSON.stringify({ revision, succeeded, results });
  if (Buffer.byteLength(text) <= MAX_JSON_PAGE_BYTES) return text;
  return JSON.stringify({ revision, succeeded, results: null, resultsAreTooLarge: true });
}

function entriesText(body: Uint8Array): string {
  const page = decodeEntriesPage(body);
  const { texts } = withinPage(page.entries, shownEntry);
  return pageText('entries', texts, { firstIndex: String(page.firstIndex), commitIndex: String(page.commitIndex) });
}

/** An entry whose command is too large for a message in JSON is shown without it: its bytes are to be had in msgpack. */
function shownEntry(entry: LogEntry): object {
  const shown = committedEntryToJson(entry);
  if (Buffer.byteLength(JSON.stringify(shown)) <= MAX_JSON_PAGE_BYTES) return shown;
  const { command: _, commandBase64: __, ...rest } = shown;
  return { ...rest, commandIsTooLarge: true };
}

function watchText(body: Uint8Array): string {
  const page = decodeWatchPage(body);
  const { texts, cut } = withinPage(page.changes, shownChange);
  const cutOff = cut ? page.changes[texts.length] : undefined;
  // A transaction that is not all here comes whole with the next page, unless this one began with it.
  const isTorn = cutOff !== undefined && cutOff.revision !== page.changes[0]?.revision;
  const next = isTorn ? { revision: cutOff.revision, ordinal: 0 } : (cutOff ?? page.next);
  const whole = isTorn ? texts.filter((_, at) => page.changes[at]?.revision !== cutOff.revision) : texts;
  const place = { nextRevision: String(next.revision), nextOrdinal: next.ordinal };
  return pageText('changes', whole, {
    ...place,
    revision: String(page.revision),
    node: page.node,
    clusterId: page.clusterId,
  });
}

/** What a change replaced is left out where the two are too large for a message in JSON. */
function shownChange(change: WatchedChange): object {
  const shown = watchedChangeToJson(change);
  if (change.previous === null || Buffer.byteLength(JSON.stringify(shown)) <= MAX_JSON_PAGE_BYTES) return shown;
  return watchedChangeToJson({ ...change, previous: null, previousOmitted: true });
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

const pageText = (name: string, items: readonly string[], rest: Readonly<Record<string, unknown>>): string =>
  `{"${name}":[${items.join(',')}],${JSON.stringify(rest).slice(1)}`;
