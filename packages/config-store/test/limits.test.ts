import { describe, expect, it } from 'vitest';
import { type Command, checkCommand, checkQuery, type ListQuery, QuorateError } from '../src/index.ts';

const put = (key: string, value = new Uint8Array(0), ifRevision?: number): Command => ({
  kind: 'put',
  key,
  value,
  ...(ifRevision === undefined ? {} : { ifRevision }),
});

const list: ListQuery = {
  kind: 'list',
  keys: { prefix: '' },
  after: null,
  limit: 1,
  revision: null,
  keysOnly: false,
};

function errorOf(step: () => void): QuorateError {
  try {
    step();
  } catch (error) {
    if (error instanceof QuorateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the limits', () => {
  it.each([
    ['one byte', 'a'],
    ['1,024 bytes', 'k'.repeat(1024)],
    ['1,024 bytes in characters of two', 'é'.repeat(512)],
    ['spaces, dots, emoji and U+2028', '/a b.c*>/\u{1f600}\u2028'],
    ['the first character after C1', '\u00a0'],
  ])('take a key of %s', (_what, key) => {
    expect(() => checkCommand(put(key))).not.toThrow();
    expect(() => checkQuery({ kind: 'get', key, revision: null })).not.toThrow();
  });

  it.each([
    ['empty', '', 'InvalidKey', 'is empty; its size is 0 bytes, and 1 to 1024 are allowed'],
    ['of 1,025 bytes', 'k'.repeat(1025), 'KeyTooLarge', 'key has 1025 bytes, and 1024 are allowed'],
    ['of 513 characters of two bytes', 'é'.repeat(513), 'KeyTooLarge', 'key has 1026 bytes, and 1024 are allowed'],
    ['with C0', '/a\nb', 'InvalidKey', 'has the control character U+000A at 2; its size is 4 bytes'],
    ['with DEL', 'a\u007f', 'InvalidKey', 'U+007F at 1'],
    ['with C1', '\u0085', 'InvalidKey', 'U+0085 at 0'],
    ['with the last of C1', '\u009f', 'InvalidKey', 'U+009F at 0'],
    ['with half a surrogate pair', 'a\ud83d', 'InvalidKey', 'lone surrogate U+D83D at 1'],
  ])('refuse a key that is %s', (_what, key, code, message) => {
    for (const check of [
      () => checkCommand(put(key)),
      () => checkCommand({ kind: 'delete', key }),
      () => checkQuery({ kind: 'get', key, revision: null }),
    ]) {
      const error = errorOf(check);
      expect(error.code).toBe(code);
      expect(error.name).toBe(code);
      expect(error.message).toContain(message);
      expect(error.details).toMatchObject({ what: 'key', limitBytes: 1024 });
    }
  });

  it('take a value of 512 KiB and refuse a larger one, naming both sizes', () => {
    expect(() => checkCommand(put('a', new Uint8Array(512 * 1024)))).not.toThrow();
    const error = errorOf(() => checkCommand(put('a', new Uint8Array(512 * 1024 + 1))));
    expect(error.toData()).toEqual({
      code: 'ValueTooLarge',
      message: 'value has 524289 bytes, and 524288 are allowed',
      details: { sizeBytes: 524289, limitBytes: 524288 },
    });
  });

  it.each([1, 1000])('take a page of %d', (limit) => {
    expect(() => checkQuery({ ...list, limit })).not.toThrow();
  });

  it.each([0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 1001])('refuse a page of %d', (limit) => {
    const error = errorOf(() => checkQuery({ ...list, limit }));
    expect(error.code).toBe('InvalidLimit');
    expect(error.message).toBe(`page limit ${limit} is no integer from 1 to 1000`);
    expect(error.details).toEqual({ given: String(limit), limit: 1000 });
  });

  it.each([
    ['prefix', { keys: { prefix: 'a\u0000' } }],
    ['from', { keys: { from: 'a\u0000', to: null } }],
    ['to', { keys: { from: 'a', to: 'b\u0000' } }],
    ['after', { after: '' }],
    ['after', { after: 'a\ud83d' }],
  ])('hold for the %s of a page', (what, range) => {
    const error = errorOf(() => checkQuery({ ...list, ...range }));
    expect([error.code, error.details.what]).toEqual(['InvalidKey', what]);
  });

  it.each([
    ['b', 'a'],
    ['a', 'a'],
    ['\u{1f600}', '\uffee'],
  ])('refuse a range from %s to %s', (from, to) => {
    const error = errorOf(() => checkQuery({ ...list, keys: { from, to } }));
    expect([error.code, error.details]).toEqual(['InvalidRange', { from, to }]);
  });

  it.each([0, -1, 0.5, 2 ** 53])('refuse to read as of revision %d', (revision) => {
    expect(errorOf(() => checkQuery({ ...list, revision })).code).toBe('InvalidRevision');
    expect(errorOf(() => checkQuery({ kind: 'get', key: 'a', revision })).code).toBe('InvalidRevision');
    expect(errorOf(() => checkQuery({ kind: 'history', key: 'a', before: revision, limit: 1 })).code).toBe(
      'InvalidRevision',
    );
  });

  it.each([0, 1, Number.MAX_SAFE_INTEGER])('take revision %d', (revision) => {
    expect(() => checkCommand(put('a', new Uint8Array(0), revision))).not.toThrow();
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuse revision %d', (revision) => {
    expect(errorOf(() => checkCommand(put('a', new Uint8Array(0), revision))).code).toBe('InvalidRevision');
    expect(errorOf(() => checkCommand({ kind: 'delete', key: 'a', ifRevision: revision })).code).toBe(
      'InvalidRevision',
    );
  });

  it('refuse what a caller without types may pass', () => {
    const untyped: Command = JSON.parse('{"kind":"put","key":"a","value":"text"}');
    expect(errorOf(() => checkCommand(untyped)).code).toBe('InvalidCommand');
    expect(errorOf(() => checkCommand(JSON.parse('{"kind":"delete","key":7}'))).code).toBe('InvalidCommand');
    expect(errorOf(() => checkQuery(JSON.parse('{"kind":"get","key":null}'))).code).toBe('InvalidQuery');
    expect(errorOf(() => checkQuery(JSON.parse('{"kind":"list"}'))).code).toBe('InvalidQuery');
  });
});
