import { MAX_VALUE_BYTES } from '@quorate/config-store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandToJson, entryToJson, valueToJson } from '../src/config-store/index.ts';

describe('values in JSON', () => {
  it('come back from either form, through JSON', () => {
    const value = fc.oneof(
      fc.uint8Array(),
      fc.string({ unit: 'binary' }).map((text) => new Uint8Array(Buffer.from(text))),
    );
    fc.assert(
      fc.property(value, (bytes) => {
        const json: { value?: string; valueBase64?: string } = JSON.parse(JSON.stringify(valueToJson(bytes)));
        const back = json.value === undefined ? Buffer.from(json.valueBase64 ?? '', 'base64') : Buffer.from(json.value);
        expect(Buffer.compare(back, bytes)).toBe(0);
      }),
    );
  });

  it.each([
    ['text', Buffer.from('postgres://db'), { value: 'postgres://db' }],
    ['nothing', new Uint8Array(0), { value: '' }],
    ['text with a byte order mark', Buffer.from('\ufeffa'), { value: '\ufeffa' }],
    ['bytes', new Uint8Array([0xff, 0xfe]), { valueBase64: '//4=' }],
  ])('are what they are: %s', (_what, bytes, json) => {
    expect(valueToJson(bytes)).toEqual(json);
  });

  it('stay small enough for a message, however much JSON must escape', () => {
    const size = (bytes: Uint8Array): number => Buffer.byteLength(JSON.stringify(valueToJson(bytes)));
    for (const byte of [1, 0x22, 0x61, 0xff]) {
      expect(size(new Uint8Array(MAX_VALUE_BYTES).fill(byte))).toBeLessThan(700_000);
    }
    expect(valueToJson(new Uint8Array(MAX_VALUE_BYTES).fill(0x61))).toHaveProperty('value');
    expect(valueToJson(new Uint8Array(MAX_VALUE_BYTES).fill(1))).toHaveProperty('valueBase64');
  });
});

it('shows entries and commands with their 64-bit numbers as texts', () => {
  const value = Buffer.from('x');
  const entry = { key: '/a', value, createRevision: 1, modRevision: 2, version: 3, lease: null, contentType: null };
  const json = { key: '/a', value: 'x', createRevision: '1', modRevision: '2', version: '3' };
  expect(entryToJson(entry)).toEqual(json);
  expect(entryToJson({ ...entry, lease: 2 ** 40, contentType: 'text/plain' })).toEqual({
    ...json,
    lease: '1099511627776',
    contentType: 'text/plain',
  });
  expect(commandToJson({ kind: 'put', key: '/a', value, ifRevision: 0 })).toEqual({
    op: 'put',
    key: '/a',
    value: 'x',
    ifRevision: '0',
  });
  expect(commandToJson({ kind: 'delete', key: '/a' })).toEqual({ op: 'delete', key: '/a' });
});
