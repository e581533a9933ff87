import { nodeId } from '@quorate/actor';
import { logIndex, protocolOf, term } from '@quorate/raft';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMsgpack, encodeMsgpack } from '../src/config-store/msgpack.ts';
import { decodePeerMessage, encodePeerMessage, type Receiver } from '../src/peer/peer-message.ts';

const header = { clusterId: 'c1', storageId: 's2', incarnation: 3 };
const receiver: Receiver = {
  clusterId: 'c1',
  identity: { node: nodeId('n1'), storageId: 's1', incarnation: 7 },
  from: nodeId('n2'),
  actor: 'logStore',
};
const time = { timestampUs: 1_700_000_000_000_000, logTimeMs: 60_000 };
const entry = {
  term: term(2),
  index: logIndex(5),
  kind: 'command',
  command: new Uint8Array([1, 2, 3]),
  ...time,
} as const;
const next = { ...entry, index: 6, timestampUs: time.timestampUs + 1, fields: { traceparent: '00-a-b-01', later: 1 } };
const appendEntries = {
  kind: 'appendEntries',
  term: 2,
  sequence: 9,
  round: 0,
  leaseMs: 50,
  prevLogIndex: 4,
  prevLogTerm: 1,
  leaderCommit: 4,
  freshness: null,
  electionTimeoutMinMs: 150,
  electionTimeoutMaxMs: 300,
  entries: [entry, next],
};

test('a message comes out as it went in, with the sender that header and subject name', () => {
  expect(decodePeerMessage(encodePeerMessage(header, appendEntries), receiver)).toEqual({
    kind: 'message',
    message: appendEntries,
    sender: { node: 'n2', storageId: 's2', incarnation: 3 },
  });
});

test('the frame of version 2 names the fields of the message, and not those of its entries', () => {
  const { kind, entries, ...fields } = appendEntries;
  const packed = [
    [2, 5, 'command', 1_700_000_000_000_000, 60_000, new Uint8Array([1, 2, 3]), null],
    [2, 6, 'command', 1_700_000_000_000_001, 60_000, new Uint8Array([1, 2, 3]), { traceparent: '00-a-b-01', later: 1 }],
  ];
  const frame = [2, 'c1', 's2', 3, 'appendEntries', { ...fields, entries: packed }];
  expect(decodeMsgpack(encodePeerMessage(header, appendEntries))).toEqual(frame);
});

const dropReason = (bytes: Uint8Array, to: Partial<Receiver> = {}): string => {
  const decoded = decodePeerMessage(bytes, { ...receiver, ...to });
  return decoded.kind === 'dropped' ? decoded.reason : decoded.kind;
};

const { kind: _kind, entries: _entries, ...scalars } = appendEntries;
const fields = { ...scalars, entries: [] };
const packedEntry = [2, 5, 'command', time.timestampUs, time.logTimeMs, new Uint8Array([1]), null];

/** A frame as it should be, but for what the test says. */
const frameOf = (parts: { readonly [part: string]: unknown }): Uint8Array => {
  const whole = { clusterId: 'c1', storageId: 's2', incarnation: 3, kind: 'appendEntries', fields, ...parts };
  return encodeMsgpack([2, whole.clusterId, whole.storageId, whole.incarnation, whole.kind, whole.fields]);
};

/** AppendEntries with these entries. */
const entriesOf = (...entries: readonly object[]): Uint8Array => {
  const message = { ...appendEntries, entries };
  return encodePeerMessage(header, message);
};

test('a frame as it should be is a message, its kind is that of the frame, and it has no field that its actor does not know', () => {
  const bytes = frameOf({ fields: { ...fields, entries: [packedEntry], kind: 'commit', later: 1 } });
  const decoded = decodePeerMessage(bytes, receiver);
  const entries = [{ ...entry, command: new Uint8Array([1]) }];
  const sender = { node: 'n2', storageId: 's2', incarnation: 3 };
  expect(decoded).toEqual({ kind: 'message', message: { ...appendEntries, entries }, sender });
});

test.each([
  ['no msgpack', new Uint8Array([0xc1, 0xff]), 'notMsgpack'],
  ['an empty message', new Uint8Array(), 'notMsgpack'],
  ['a value that is no frame', encodeMsgpack('hello'), 'wrongShape'],
  ['a frame without fields', encodeMsgpack([2, 'c1', 's2', 3, 'appendEntries']), 'wrongShape'],
  ['a cluster id that is no text', frameOf({ clusterId: 1 }), 'wrongShape'],
  ['a storage id that is no text', frameOf({ storageId: 2 }), 'wrongShape'],
  ['a storage id that is missing', frameOf({ storageId: null }), 'wrongShape'],
  ['an incarnation that is a text', frameOf({ incarnation: '3' }), 'wrongShape'],
  ['an incarnation that is no whole number', frameOf({ incarnation: 3.5 }), 'wrongShape'],
  ['an incarnation that a number cannot hold', frameOf({ incarnation: 2 ** 53 }), 'wrongShape'],
  ['a kind that is no text', frameOf({ kind: 5 }), 'wrongShape'],
  ['entries that are no list', frameOf({ fields: { ...fields, entries: {} } }), 'wrongShape'],
  ['an entry that is nothing', frameOf({ fields: { ...fields, entries: [null] } }), 'wrongShape'],
  ['an entry that is a number', frameOf({ fields: { ...fields, entries: [7] } }), 'wrongShape'],
  ['an entry with too little', frameOf({ fields: { ...fields, entries: [packedEntry.slice(0, 6)] } }), 'wrongShape'],
  ['an entry with too much', frameOf({ fields: { ...fields, entries: [[...packedEntry, 1]] } }), 'wrongShape'],
  ['another format version', encodeMsgpack([1, 'c1', 's2', 3, 'appendEntries', {}]), 'formatVersion'],
  ['another cluster', encodePeerMessage({ ...header, clusterId: 'c2' }, appendEntries), 'otherCluster'],
  ['a kind that nobody knows', encodePeerMessage(header, { kind: 'constructor' }), 'wrongKind'],
  ['a kind of another actor', encodePeerMessage(header, { kind: 'leaderHeard' }), 'wrongKind'],
  ['a missing field', encodePeerMessage(header, { kind: 'appendEntries' }), 'wrongShape'],
  ['a term that none could follow', frameOf({ fields: { ...fields, term: Number.MAX_SAFE_INTEGER } }), 'wrongShape'],
  ['an index that no log reaches', frameOf({ fields: { ...fields, prevLogIndex: 2 ** 49 } }), 'wrongShape'],
  [
    'an entry of a term that none could follow',
    frameOf({ fields: { ...fields, entries: [[2 ** 49, ...packedEntry.slice(1)]] } }),
    'wrongShape',
  ],
  ['a negative term', encodePeerMessage(header, { ...appendEntries, term: -1 } as typeof appendEntries), 'wrongShape'],
  [
    'a gap in the entries',
    encodePeerMessage(header, { ...appendEntries, entries: [entry, { ...next, index: 7 }] } as typeof appendEntries),
    'wrongShape',
  ],
  ['a timestamp that does not rise', entriesOf(entry, { ...next, timestampUs: entry.timestampUs }), 'wrongShape'],
  ['a log time that falls', entriesOf(entry, { ...next, logTimeMs: entry.logTimeMs - 1 }), 'wrongShape'],
  ['a timestamp that is no whole number', entriesOf({ ...entry, timestampUs: 0.5 }), 'wrongShape'],
  ['a log time that is missing', entriesOf({ ...entry, logTimeMs: null }), 'wrongShape'],
])('%s is dropped', (_, bytes, reason) => {
  expect(dropReason(bytes)).toBe(reason);
});

test('an actor that does not exist is a wrong subject', () => {
  expect(dropReason(encodePeerMessage(header, appendEntries), { actor: 'toString' })).toBe('wrongSubject');
  expect(dropReason(encodePeerMessage(header, appendEntries), { actor: 'logStore/n2' })).toBe('wrongSubject');
});

test('an in-node kind is taken from this node in this incarnation alone', () => {
  const commit = { kind: 'commit', token: 1, commitIndex: 5 };
  const own = { clusterId: 'c1', storageId: 's1', incarnation: 7 };
  const to = { ...receiver, from: nodeId('n1') };
  expect(decodePeerMessage(encodePeerMessage(own, commit), to).kind).toBe('message');
  expect(dropReason(encodePeerMessage(own, commit))).toBe('notOwn');
  expect(dropReason(encodePeerMessage({ ...own, incarnation: 6 }, commit), to)).toBe('notOwn');
  expect(dropReason(encodePeerMessage({ ...own, storageId: 's9' }, commit), to)).toBe('notOwn');
});

test('whatever the bytes, decoding never throws', () => {
  const good = encodePeerMessage(header, appendEntries);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
      const bytes = good.slice();
      bytes[at] = value;
      decodePeerMessage(bytes, receiver);
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodePeerMessage(bytes, receiver)));
});

const actors = [
  'logStore',
  'election',
  'leader',
  'replicator/n2',
  'applier',
  'gateway',
  'api',
  'diskAlarm',
  'stateCheck',
  'stageMemory',
];

test.each(actors)('whatever the fields of a message to %s, decoding never throws', (actor) => {
  const protocol = protocolOf(actor);
  const kinds = Object.keys({ ...protocol?.peer, ...protocol?.node });
  const known = ['entries', 'configuration', 'token', 'results', 'term', 'parts'];
  const values = fc.anything({
    maxDepth: 3,
    key: fc.constantFrom('voters', 'id', 'index', 'command', 'fields', 'kind'),
  });
  const fieldsOf = fc.dictionary(
    fc.constantFrom(...known),
    fc.oneof(values, fc.array(fc.array(values, { maxLength: 6 }))),
  );
  const own = { ...receiver, from: receiver.identity.node, actor };
  const { storageId, incarnation } = receiver.identity;
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fieldsOf, (kind, hostile) => {
      decodePeerMessage(frameOf({ storageId, incarnation, kind, fields: hostile }), own);
    }),
  );
});
