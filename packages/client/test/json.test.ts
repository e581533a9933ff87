import type { Command } from '@quorate/config-store';
import { commandOf, encodeCommand, committedEntryToJson as wireJson } from '@quorate/wire';
import { expect, it } from 'vitest';
import { toCommittedEntry } from '../src/committed-entry.ts';
import { committedEntryToJson, entryToJson } from '../src/index.ts';
import { logEntry } from './support/fake-node.ts';

const commands: readonly Command[] = [
  { kind: 'put', key: '/a', value: new Uint8Array([0x61]), contentType: 'text/plain', ifRevision: 7 },
  { kind: 'delete', key: '/a', ifRevision: 0 },
  { kind: 'compact', revision: 7 },
  { kind: 'compact', revision: null },
  { kind: 'setRetention', retention: { maxAgeMs: null, maxVersions: 3 } },
  { kind: 'openSession', ttlMs: 60_000 },
  { kind: 'keepSession', session: 7, floor: 3 },
  { kind: 'closeSession', session: 7 },
  { kind: 'delete', key: '/a', ifRevision: 3, inSession: { session: 7, sequence: 5, floor: 3 } },
  {
    kind: 'txn',
    compare: [
      { target: 'exists', keys: { prefix: '/a' }, operand: true },
      { target: 'modRevision', keys: { key: '/b' }, operator: '=', operand: 3 },
      { target: 'version', keys: { from: '/b', to: '/c' }, operator: '<', operand: 4 },
      { target: 'value', keys: { from: '/b', to: null }, operator: '!=', operand: new Uint8Array([0xff]) },
    ],
    then: [
      { kind: 'put', key: '/a', value: new Uint8Array([0xff]), contentType: 'text/plain' },
      { kind: 'delete', keys: { prefix: '/b/' } },
      { kind: 'txn', compare: [], then: [], else: [{ kind: 'get', key: '/c' }] },
    ],
    else: [{ kind: 'list', keys: { from: '/a', to: null }, limit: 7 }],
  },
];

it('writes committed entries as the nodes do', () => {
  const entry = logEntry(7);
  const entries = [
    entry,
    { ...entry, kind: 'noop', command: new Uint8Array() },
    { ...entry, command: new Uint8Array([0xff]), fields: { traceparent: '00-x' } },
    ...commands.map((command) => ({ ...entry, command: encodeCommand(command) })),
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
