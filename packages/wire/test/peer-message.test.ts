import { nodeId } from '@quorate/actor';
import { logIndex, term } from '@quorate/raft';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMsgpack } from '../src/config-store/msgpack.ts';
import { decodePeerMessage, encodePeerMessage, type Receiver } from '../src/peer/peer-message.ts';

const header = { clusterId: 'c1', storageId: 's2', incarnation: 3 };
const receiver: Receiver = {
  clusterId: 'c1',
  identity: { node: nodeId('n1'), storageId: 's1', incarnation: 7 },
  from: nodeId('n2'),
  actor: 'logStore',
};
const entry = { term: term(2), index: logIndex(5), kind: 'command', command: new Uint8Array([1, 2, 3]) } as const;
const appendEntries = {
  kind: 'appendEntries',
  term: 2,
  sequence: 9,
  round: 0,
  prevLogIndex: 4,
  prevLogTerm: 1,
  leaderCommit: 4,
  entries: [entry, { ...entry, index: 6, fields: { traceparent: '00-a-b-01', later: 1 } }],
};

test('a message comes out as it went in, with the sender that header and subject name', () => {
  expect(decodePeerMessage(encodePeerMessage(header, appendEntries), receiver)).toEqual({
    kind: 'message',
    message: appendEntries,
    sender: { node: 'n2', storageId: 's2', incarnation: 3 },
  });
});

const dropReason = (bytes: Uint8Array, to: Partial<Receiver> = {}): string => {
  const decoded = decodePeerMessage(bytes, { ...receiver, ...to });
  return decoded.kind === 'dropped' ? decoded.reason : decoded.kind;
};

test.each([
  ['no msgpack', new Uint8Array([0xc1, 0xff]), 'notMsgpack'],
  ['an empty message', new Uint8Array(), 'notMsgpack'],
  ['a value that is no frame', encodeMsgpack('hello'), 'wrongShape'],
  ['a frame without fields', encodeMsgpack([1, 'c1', 's2', 3, 'appendEntries']), 'wrongShape'],
  ['another format version', encodeMsgpack([2, 'c1', 's2', 3, 'appendEntries', {}]), 'formatVersion'],
  ['another cluster', encodePeerMessage({ ...header, clusterId: 'c2' }, appendEntries), 'otherCluster'],
  ['a kind that nobody knows', encodePeerMessage(header, { kind: 'constructor' }), 'wrongKind'],
  ['a kind of another actor', encodePeerMessage(header, { kind: 'leaderHeard' }), 'wrongKind'],
  ['a missing field', encodePeerMessage(header, { kind: 'appendEntries' }), 'wrongShape'],
  ['a negative term', encodePeerMessage(header, { ...appendEntries, term: -1 } as typeof appendEntries), 'wrongShape'],
  [
    'a gap in the entries',
    encodePeerMessage(header, { ...appendEntries, entries: [entry, { ...entry, index: 7 }] } as typeof appendEntries),
    'wrongShape',
  ],
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
