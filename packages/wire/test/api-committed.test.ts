import { type EntryTime, type LogEntry, logIndex, term } from '@quorate/raft';
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
const at = (index: number): EntryTime => ({ timestampUs: 1_700_000_000_000_000 + index, logTimeMs: 1000 + index });
const entries: readonly LogEntry[] = [
  { index: logIndex(7), term: term(2), kind: 'noop', command: new Uint8Array(0), ...at(7) },
  { index: logIndex(8), term: term(2), kind: 'command', command, fields: { traceparent: 't', elapsedMs: 5 }, ...at(8) },
  { index: logIndex(9), term: term(3), kind: 'configuration', command, ...at(9) },
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
      encodeMsgpack([2, [[8, 2, 'command', 1_700_000_000_000_008, 1008, command, { traceparent: 't', elapsedMs: 5 }]]]),
    );
    expect(encodeEntriesPage({ firstIndex: logIndex(1), commitIndex: logIndex(2), entries: [] })).toEqual(
      encodeMsgpack([2, 1, 2, []]),
    );
  });

  it('show their commands where they have one', () => {
    expect(entries.map(commandOf)).toEqual([null, { kind: 'delete', key: '/a' }, null]);
    const noise = {
      index: logIndex(1),
      term: term(1),
      kind: 'command',
      command: Buffer.from('noise'),
      ...at(1),
    } as const;
    expect(commandOf(noise)).toBeNull();
  });

  it.each([
    ['noise', Buffer.from('noise')],
    ['another format version', encodeMsgpack([1, []])],
    ['a gap', encodeCommitted(entries.filter((entry) => entry.index !== 8))],
    ['an order of its own', encodeCommitted(entries.toReversed())],
    ['an index that is none', encodeMsgpack([2, [[-1, 1, 'noop', 1, 1, new Uint8Array(0), null]]])],
    ['an unknown kind', encodeMsgpack([2, [[1, 1, 'shred', 1, 1, new Uint8Array(0), null]]])],
    ['a command of text', encodeMsgpack([2, [[1, 1, 'command', 1, 1, 'text', null]]])],
    ['a time that is none', encodeMsgpack([2, [[1, 1, 'noop', 1.5, 1, new Uint8Array(0), null]]])],
    ['a log time that is none', encodeMsgpack([2, [[1, 1, 'noop', 1, -1, new Uint8Array(0), null]]])],
    ['fields within fields', encodeMsgpack([2, [[1, 1, 'noop', 1, 1, new Uint8Array(0), { a: {} }]]])],
  ])('are refused with %s', (_what, bytes) => {
    expect(() => decodeCommitted(bytes)).toThrow(MalformedMessage);
    expect(() => decodeEntriesPage(bytes)).toThrow(MalformedMessage);
  });
});
