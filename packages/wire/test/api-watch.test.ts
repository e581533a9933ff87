import { describe, expect, it } from 'vitest';
import {
  decodeRequest,
  decodeWatchPage,
  encodeJsonReply,
  encodeRequest,
  encodeWatchPage,
  encodeWatchRequest,
  MalformedMessage,
  type NodeWatchPage,
  nodeIdSchema,
  watchBody,
} from '../src/api/index.ts';
import {
  encodeMsgpack,
  QuorateError,
  type StoredEntry,
  type WatchedChange,
  type WatchRequest,
} from '../src/config-store/index.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const previous: StoredEntry = {
  key: '/a',
  value: bytes('old'),
  createRevision: 2,
  modRevision: 3,
  version: 2,
  lease: null,
  contentType: 'text/plain',
};
const origin = { revision: 7, index: 9, timestampUs: 1_700_000_000_000_000, traceparent: 't' };
const put: WatchedChange = {
  op: 'put',
  key: '/a',
  ordinal: 0,
  ...origin,
  previous,
  previousOmitted: false,
  value: bytes('new'),
  createRevision: 2,
  version: 3,
  lease: null,
  contentType: null,
};
const remove: WatchedChange = { op: 'delete', key: '/b', ordinal: 1, ...origin, previous: null, previousOmitted: true };
const page: NodeWatchPage = {
  node: nodeIdSchema.parse('n2'),
  clusterId: 'c1',
  revision: 12,
  next: { revision: 8, ordinal: 0 },
  changes: [put, remove, { ...put, ordinal: 2, previous: null, value: null, index: null }],
};

const request: WatchRequest = {
  keys: { prefix: '/a/' },
  from: { revision: 5, ordinal: 2 },
  filter: 'delete',
  withPrevious: true,
};

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof QuorateError) return error.code;
  }
  return 'none';
};

const inJson = (json: unknown): WatchRequest => watchBody(decodeRequest('watch', bytes(JSON.stringify(json))).body);

describe('a request of watch', () => {
  it('comes back as it went', () => {
    const sent = encodeRequest({ timeoutMs: 1000, body: encodeWatchRequest(request) });
    expect(watchBody(decodeRequest('watch', sent).body)).toEqual(request);
    expect(encodeWatchRequest(request)).toEqual(encodeMsgpack(['watch', ['/a/'], 5, 2, 'delete', true]));
  });

  it('says the same in JSON', () => {
    const said = { prefix: '/a/', fromRevision: '5', fromOrdinal: 2, filter: 'delete', previous: true };
    expect(inJson({ ...said, timeoutMs: 30_000 })).toEqual(request);
    const plain = { from: { revision: 1, ordinal: 0 }, filter: null, withPrevious: false };
    expect(inJson({ key: '/a', fromRevision: 1 })).toEqual({ keys: { key: '/a' }, ...plain });
    expect(inJson({ from: '/a', fromRevision: 1 })).toEqual({ keys: { from: '/a', to: null }, ...plain });
    expect(inJson({ prefix: '', fromRevision: 1 })).toEqual({ keys: { prefix: '' }, ...plain });
  });

  it.each([
    ['no keys', { fromRevision: 1 }, 'InvalidRequest'],
    ['a key and a prefix', { key: '/a', prefix: '/a', fromRevision: 1 }, 'InvalidRequest'],
    ['no revision', { key: '/a' }, 'InvalidRequest'],
    ['a revision that is none', { key: '/a', fromRevision: 'now' }, 'InvalidRevision'],
    ['revision 0', { key: '/a', fromRevision: 0 }, 'InvalidRevision'],
    ['an ordinal that is none', { key: '/a', fromRevision: 1, fromOrdinal: -1 }, 'InvalidRequest'],
    ['another filter', { key: '/a', fromRevision: 1, filter: 'get' }, 'InvalidRequest'],
    ['an empty key', { key: '', fromRevision: 1 }, 'InvalidKey'],
    ['a range that ends before it begins', { from: '/b', to: '/a', fromRevision: 1 }, 'InvalidRange'],
    ['a field that is not known', { key: '/a', fromRevision: 1, limit: 5 }, 'InvalidRequest'],
  ])('is refused with %s', (_what, json, code) => {
    expect(codeOf(() => inJson(json))).toBe(code);
  });

  it.each([
    ['another query', ['get', '/a', null]],
    ['too little', ['watch', '/a', 1, 0, null]],
    ['too much', ['watch', '/a', 1, 0, null, false, 1]],
    ['another filter', ['watch', '/a', 1, 0, 'get', false]],
    ['keys that are none', ['watch', 5, 1, 0, null, false]],
    ['a place that is none', ['watch', '/a', 1, 0.5, null, false]],
  ])('is refused with %s in msgpack', (_what, frame) => {
    expect(['InvalidQuery', 'InvalidRequest']).toContain(codeOf(() => watchBody(encodeMsgpack(frame))));
  });
});

describe('a page of a watch', () => {
  it('comes back as it went', () => {
    expect(decodeWatchPage(encodeWatchPage(page))).toEqual(page);
    expect(() => decodeWatchPage(encodeMsgpack(['watch', 'n2', 12]))).toThrow(MalformedMessage);
  });

  const textOf = (changes: readonly WatchedChange[]): string => {
    const body = encodeWatchPage({ ...page, changes });
    return Buffer.from(encodeJsonReply('watch', { kind: 'ok', body, leader: null })).toString();
  };

  it('says the same in JSON', () => {
    const time = '2023-11-14T22:13:20.000000Z';
    const at = { revision: '7', index: '9', time, traceparent: 't' };
    const counters = { createRevision: '2', version: '3' };
    expect(JSON.parse(textOf(page.changes))).toEqual({
      changes: [
        {
          key: '/a',
          ordinal: 0,
          op: 'put',
          value: 'new',
          ...counters,
          ...at,
          previous: {
            key: '/a',
            value: 'old',
            createRevision: '2',
            modRevision: '3',
            version: '2',
            contentType: 'text/plain',
          },
        },
        { key: '/b', ordinal: 1, op: 'delete', ...at, previousOmitted: true },
        { key: '/a', ordinal: 2, op: 'put', ...counters, ...at, index: null },
      ],
      nextRevision: '8',
      nextOrdinal: 0,
      revision: '12',
      node: 'n2',
      clusterId: 'c1',
    });
  });

  it('is cut in JSON where it is larger there than a message can be', () => {
    const value = new Uint8Array(300 * 1024).fill(255);
    const large = [0, 1, 2].map((ordinal) => ({ ...put, value, ordinal, previous: null }));
    const text = textOf(large);
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
    const { changes, nextRevision, nextOrdinal } = JSON.parse(text);
    expect([changes.length, nextRevision, nextOrdinal]).toEqual([2, '7', 2]);

    const [first = put, ...rest] = large;
    const whole = JSON.parse(textOf([{ ...first, revision: 6 }, ...rest]));
    expect([whole.changes.length, whole.nextRevision, whole.nextOrdinal]).toEqual([1, '7', 0]);

    const half = new Uint8Array(380 * 1024).fill(255);
    const [change] = JSON.parse(textOf([{ ...put, value: half, previous: { ...previous, value: half } }])).changes;
    expect([change.previous, change.previousOmitted]).toEqual([undefined, true]);
  });
});
