import { nodeId } from '@quorate/actor';
import { MAX_VALUE_BYTES, RevisionMismatch } from '@quorate/config-store';
import { logIndex, term } from '@quorate/raft';
import { describe, expect, it } from 'vitest';
import {
  type ApiReply,
  decodeReply,
  type Endpoint,
  encodeChanged,
  encodeEntriesPage,
  encodeHello,
  encodeJsonReply,
  encodeReply,
  encodeTransferred,
  errorFromData,
  errorReply,
  MalformedMessage,
  storeReply,
} from '../src/api/index.ts';
import { encodeAnswer, encodeCommand, encodeMsgpack, encodeResult } from '../src/config-store/index.ts';

const leader = nodeId('n1');
const mismatch = new RevisionMismatch({ key: '/a', expected: '1', actual: '2' });
const counters = { createRevision: 1, modRevision: 2, version: 2 };
const entry = { key: '/a', value: Buffer.from('x'), ...counters, lease: null, contentType: null };

describe('a reply in msgpack', () => {
  const replies: readonly ApiReply[] = [
    { kind: 'ok', body: new Uint8Array([1, 2]), leader },
    { kind: 'ok', body: new Uint8Array(0), leader: null },
    { kind: 'error', error: mismatch.toData(), leader },
  ];

  it.each(replies)('comes back as it went: %j', (reply) => {
    expect(decodeReply(encodeReply(reply))).toEqual({ ...reply, cluster: null });
    expect(decodeReply(encodeReply(reply, '93a74742af3dfbe4'))).toEqual({ ...reply, cluster: '93a74742af3dfbe4' });
  });

  it('has this frame', () => {
    expect(encodeReply({ kind: 'ok', body: new Uint8Array([7]), leader })).toEqual(
      encodeMsgpack([1, 'ok', new Uint8Array([7]), 'n1']),
    );
    expect(encodeReply({ kind: 'error', error: mismatch.toData(), leader: null })).toEqual(
      encodeMsgpack([1, 'error', mismatch.toData(), null]),
    );
  });

  it.each([
    ['noise', Buffer.from('noise')],
    ['another format version', encodeMsgpack([2, 'ok', new Uint8Array(0), null])],
    ['a leader that is no node', encodeMsgpack([1, 'ok', new Uint8Array(0), 'a.b'])],
    ['an error without a code', encodeMsgpack([1, 'error', { message: 'x', details: {} }, null])],
    ['details within details', encodeMsgpack([1, 'error', { code: 'x', message: 'x', details: { a: {} } }, null])],
  ])('is refused with %s', (_what, bytes) => {
    expect(() => decodeReply(bytes)).toThrow(MalformedMessage);
  });

  it('makes an error of what failed in the store, and passes on what did not', () => {
    const failed = encodeResult({ kind: 'failed', error: mismatch.toData() });
    expect(storeReply(failed, leader)).toEqual({ kind: 'error', error: mismatch.toData(), leader });
    const done = encodeResult({ kind: 'put', revision: 3 });
    expect(storeReply(done, null)).toEqual({ kind: 'ok', body: done, leader: null });
  });

  it('carries an error to where it is thrown again', () => {
    const reply = decodeReply(encodeReply(errorReply(mismatch, leader)));
    const again = reply.kind === 'error' ? errorFromData(reply.error) : null;
    expect(again).toMatchObject({
      code: 'RevisionMismatch',
      key: '/a',
      expected: 1n,
      actual: 2n,
      message: mismatch.message,
    });
    expect(errorReply(new TypeError('x is not a function'), null)).toMatchObject({ error: { code: 'Internal' } });
  });
});

describe('a reply in JSON', () => {
  const ok = (endpoint: Endpoint, body: Uint8Array): unknown =>
    JSON.parse(Buffer.from(encodeJsonReply(endpoint, { kind: 'ok', body, leader })).toString());

  it('has 64-bit numbers as texts', () => {
    expect(ok('put', encodeResult({ kind: 'put', revision: 3 }))).toEqual({ revision: '3' });
    expect(ok('delete', encodeResult({ kind: 'delete', revision: 3, deleted: false }))).toEqual({
      revision: '3',
      deleted: false,
    });
    expect(ok('session', encodeResult({ kind: 'openSession', session: 7 }))).toEqual({ session: '7' });
    expect(ok('session', encodeResult({ kind: 'keepSession' }))).toEqual({});
    expect(ok('session', encodeResult({ kind: 'closeSession' }))).toEqual({});
    expect(ok('lease', encodeResult({ kind: 'grantLease', lease: 7 }))).toEqual({ lease: '7' });
    expect(ok('lease', encodeResult({ kind: 'keepLease', ttlMs: 5_000 }))).toEqual({ ttlMs: 5_000 });
    expect(ok('lease', encodeResult({ kind: 'revokeLease', revision: 9, deleted: 2 }))).toEqual({
      revision: '9',
      deleted: 2,
    });
    const counted = { keys: 2, bytes: 40, isCounted: true };
    expect(ok('quota', encodeResult({ kind: 'setQuota', ...counted }))).toEqual(counted);
    expect(ok('quota', encodeResult({ kind: 'deleteQuota', deleted: true }))).toEqual({ deleted: true });
    expect(ok('schema', encodeResult({ kind: 'setSchema', schemaRevision: 7 }))).toEqual({ schemaRevision: '7' });
    expect(ok('schema', encodeResult({ kind: 'deleteSchema', deleted: false }))).toEqual({ deleted: false });
    const schema = { prefix: '/a/', schemaRevision: 7, bytes: 18 };
    const found = [{ ...schema, schema: '{"type":"integer"}' }];
    expect(ok('schemas', encodeAnswer({ kind: 'schemas', schemas: found, revision: 3, appliedIndex: 9 }))).toEqual({
      schemas: [{ ...schema, schemaRevision: '7', schema: { type: 'integer' } }],
      revision: '3',
      appliedIndex: '9',
    });
    const quota = { prefix: '/a/', maxKeys: 3, maxBytes: null, ...counted };
    expect(ok('quotas', encodeAnswer({ kind: 'quotas', quotas: [quota], revision: 3, appliedIndex: 9 }))).toEqual({
      quotas: [quota],
      revision: '3',
      appliedIndex: '9',
    });
    const lease = { lease: 7, ttlMs: 5_000, owner: 'me', grantedAtUs: 1, keptAtUs: 2_000_000, keyCount: 2 };
    expect(
      ok('leases', encodeAnswer({ kind: 'leases', leases: [lease], more: true, revision: 3, appliedIndex: 9 })),
    ).toEqual({
      leases: [
        {
          lease: '7',
          ttlMs: 5_000,
          owner: 'me',
          grantedAt: '1970-01-01T00:00:00.000001Z',
          keptAt: '1970-01-01T00:00:02.000000Z',
          keyCount: 2,
        },
      ],
      more: true,
      revision: '3',
      appliedIndex: '9',
    });
    expect(() => ok('session', encodeResult({ kind: 'setRetention' }))).toThrow(MalformedMessage);
    const entryJson = { key: '/a', value: 'x', createRevision: '1', modRevision: '2', version: '2' };
    expect(ok('get', encodeAnswer({ kind: 'get', entry, revision: 3, appliedIndex: 9 }))).toEqual({
      entry: entryJson,
      revision: '3',
      appliedIndex: '9',
    });
    expect(ok('get', encodeAnswer({ kind: 'get', entry: null, revision: 0, appliedIndex: 0 }))).toMatchObject({
      entry: null,
    });
    expect(
      ok(
        'list',
        encodeAnswer({ kind: 'list', entries: [entry, entry], nextAfter: null, revision: 3, appliedIndex: 9 }),
      ),
    ).toEqual({
      entries: [entryJson, entryJson],
      more: false,
      nextAfter: null,
      revision: '3',
      appliedIndex: '9',
    });
    expect(
      ok('list', encodeAnswer({ kind: 'list', entries: [], nextAfter: null, revision: 3, appliedIndex: 9 })),
    ).toMatchObject({ entries: [] });
  });

  it('shows committed entries with their commands', () => {
    const at = (index: number) => ({
      index: logIndex(index),
      term: term(2),
      timestampUs: 1_700_000_000_000_000 + index,
      logTimeMs: 1000,
    });
    const time = '2023-11-14T22:13:20.00000';
    const shownAt = (index: number) => ({ index: `${index}`, term: '2', time: `${time}${index}Z`, logTimeMs: '1000' });
    const command = encodeCommand({ kind: 'put', key: '/a', value: Buffer.from('x') });
    const page = encodeEntriesPage({
      firstIndex: logIndex(1),
      commitIndex: logIndex(9),
      entries: [
        { ...at(4), kind: 'noop', command: new Uint8Array(0) },
        { ...at(5), kind: 'command', command, fields: { traceparent: 't' } },
        { ...at(6), kind: 'command', command: new Uint8Array([0xff]) },
      ],
    });
    expect(ok('entries', page)).toEqual({
      entries: [
        { ...shownAt(4), kind: 'noop' },
        {
          ...shownAt(5),
          kind: 'command',
          command: { op: 'put', key: '/a', value: 'x' },
          fields: { traceparent: 't' },
        },
        { ...shownAt(6), kind: 'command', commandBase64: '/w==' },
      ],
      firstIndex: '1',
      commitIndex: '9',
    });
  });

  it('says hello', () => {
    const hello = { id: leader, storageId: 'f00', version: '0.1.0', formation: 'unformed', clusterId: null } as const;
    expect(ok('hello', encodeHello(hello))).toEqual(hello);
    expect(ok('form', encodeHello(hello))).toEqual(hello);
    expect(ok('members', encodeChanged(logIndex(7)))).toEqual({ index: '7' });
    expect(ok('transfer', encodeTransferred(nodeId('n2')))).toEqual({ leader: 'n2' });
  });

  it('has errors under a name of their own', () => {
    const error = mismatch.toData();
    expect(JSON.parse(Buffer.from(encodeJsonReply('put', { kind: 'error', error, leader })).toString())).toEqual({
      error,
    });
    expect(ok('put', encodeResult({ kind: 'failed', error }))).toEqual({ error });
    expect(ok('get', encodeAnswer({ kind: 'failed', error, appliedIndex: 1 }))).toEqual({ error });
  });

  it('cuts a page that JSON makes too large for a message, and says that there is more', () => {
    const value = new Uint8Array(384 * 1024).fill(0xff);
    const entries = ['/a', '/b'].map((key) => ({ ...entry, key, value }));
    const body = encodeAnswer({ kind: 'list', entries, nextAfter: null, revision: 3, appliedIndex: 9 });
    expect(encodeJsonReply('list', { kind: 'ok', body, leader }).length).toBeLessThan(1_048_576 - 16_384);
    expect(ok('list', body)).toMatchObject({ entries: [{ key: '/a' }], more: true, nextAfter: '/a' });
    const log = [1, 2].map(
      (index) =>
        ({
          index: logIndex(index),
          term: term(1),
          kind: 'command',
          command: value,
          timestampUs: index,
          logTimeMs: 0,
        }) as const,
    );
    const page = encodeEntriesPage({ firstIndex: logIndex(1), commitIndex: logIndex(2), entries: log });
    expect(ok('entries', page)).toMatchObject({ entries: [{ index: '1' }], commitIndex: '2' });
  });

  it('gives one entry at least, so that paging goes on', () => {
    const command = new Uint8Array(1024 * 1024);
    const log = [
      { index: logIndex(1), term: term(1), kind: 'command', command, timestampUs: 1, logTimeMs: 0 },
    ] as const;
    const page = encodeEntriesPage({ firstIndex: logIndex(1), commitIndex: logIndex(1), entries: log });
    expect(encodeJsonReply('entries', { kind: 'ok', body: page, leader }).length).toBeLessThan(1_048_576 - 16_384);
    expect(ok('entries', page)).toMatchObject({ entries: [{ index: '1', commandIsTooLarge: true }] });
  });

  it('gives the largest entry whole', () => {
    const body = encodeAnswer({
      kind: 'list',
      entries: [{ ...entry, value: new Uint8Array(MAX_VALUE_BYTES).fill(1) }],
      nextAfter: null,
      revision: 3,
      appliedIndex: 9,
    });
    expect(encodeJsonReply('list', { kind: 'ok', body, leader }).length).toBeLessThan(1_000_000);
    expect(ok('list', body)).toMatchObject({ entries: [{ key: '/a' }], more: false });
  });

  it('is not made of another endpoint’s body', () => {
    const body = encodeResult({ kind: 'put', revision: 3 });
    for (const endpoint of ['delete', 'get', 'list', 'entries', 'status', 'hello'] as const) {
      expect(() => ok(endpoint, body)).toThrow(MalformedMessage);
    }
    const got = encodeAnswer({ kind: 'get', entry, revision: 3, appliedIndex: 9 });
    expect(() => ok('list', got)).toThrow(MalformedMessage);
  });
});
