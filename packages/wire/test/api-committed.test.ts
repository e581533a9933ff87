import { type LogEntry, logIndex, term } from '@quorate/raft';
import { describe, expect, it } from 'vitest';
import {
  commandOf,
  decodeCommitted,
  decodeEntriesPage,
  encodeCommitted,
  encodeEntriesPage,
  MalformedMessage,
} from '../src/api/index.ts';
import { encodeCommand, encodeMsgpack } from '../src/config-store/index.ts';

const command = encodeCommand({ kind: 'delete', key: '/a' });
const entries: readonly LogEntry[] = [
  { index: logIndex(7), term: term(2), kind: 'noop', command: new Uint8Array(0) },
  { index: logIndex(8), term: term(2), kind: 'command', command, fields: { traceparent: 't', elapsedMs: 5 } },
  { index: logIndex(9), term: term(3), kind: 'configuration', command },
];

describe('committed entries', () => {
  it('come back as they went, in messages and in pages', () => {
    expect(decodeCommitted(encodeCommitted(entries))).toEqual(entries);
    const page = { firstIndex: logIndex(3), commitIndex: logIndex(11), entries };
    expect(decodeEntriesPage(encodeEntriesPage(page))).toEqual(page);
    expect(decodeEntriesPage(encodeEntriesPage({ ...page, entries: [] })).entries).toEqual([]);
  });

  it('have this frame', () => {
    const [, entry] = entries;
    expect(entry && encodeCommitted([entry])).toEqual(
      encodeMsgpack([1, [[8, 2, 'command', command, { traceparent: 't', elapsedMs: 5 }]]]),
    );
    expect(encodeEntriesPage({ firstIndex: logIndex(1), commitIndex: logIndex(2), entries: [] })).toEqual(
      encodeMsgpack([1, 1, 2, []]),
    );
  });

  it('show their commands where they have one', () => {
    expect(entries.map(commandOf)).toEqual([null, { kind: 'delete', key: '/a' }, null]);
    expect(commandOf({ index: logIndex(1), term: term(1), kind: 'command', command: Buffer.from('noise') })).toBeNull();
  });

  it.each([
    ['noise', Buffer.from('noise')],
    ['another format version', encodeMsgpack([2, []])],
    ['a gap', encodeCommitted(entries.filter((entry) => entry.index !== 8))],
    ['an order of its own', encodeCommitted(entries.toReversed())],
    ['an index that is none', encodeMsgpack([1, [[-1, 1, 'noop', new Uint8Array(0), null]]])],
    ['an unknown kind', encodeMsgpack([1, [[1, 1, 'shred', new Uint8Array(0), null]]])],
    ['a command of text', encodeMsgpack([1, [[1, 1, 'command', 'text', null]]])],
    ['fields within fields', encodeMsgpack([1, [[1, 1, 'noop', new Uint8Array(0), { a: {} }]]])],
  ])('are refused with %s', (_what, bytes) => {
    expect(() => decodeCommitted(bytes)).toThrow(MalformedMessage);
    expect(() => decodeEntriesPage(bytes)).toThrow(MalformedMessage);
  });
});
