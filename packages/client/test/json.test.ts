import { commandOf, committedEntryToJson as wireJson } from '@quorate/wire';
import { expect, it } from 'vitest';
import { toCommittedEntry } from '../src/committed-entry.ts';
import { committedEntryToJson, entryToJson } from '../src/index.ts';
import { logEntry } from './support/fake-node.ts';

it('writes committed entries as the nodes do', () => {
  const entry = logEntry(7);
  const entries = [
    entry,
    { ...entry, kind: 'noop', command: new Uint8Array() },
    { ...entry, command: new Uint8Array([0xff]), fields: { traceparent: '00-x' } },
  ] as const;
  for (const each of entries) {
    expect(JSON.stringify(committedEntryToJson(toCommittedEntry(each)))).toBe(JSON.stringify(wireJson(each)));
  }
  expect(commandOf(entry)).not.toBeNull();
});

it('writes entries with texts for numbers of 64 bits, and bytes that are no text as base64', () => {
  const entry = { key: '/a', createRevision: 1n, modRevision: 2n ** 52n, version: 2n, lease: null, contentType: null };
  expect(entryToJson({ ...entry, value: new TextEncoder().encode('ä') })).toEqual({
    key: '/a',
    value: 'ä',
    createRevision: '1',
    modRevision: '4503599627370496',
    version: '2',
  });
  expect(entryToJson({ ...entry, value: new Uint8Array([0xff]) })).toMatchObject({ valueBase64: '/w==' });
});
