import { readFileSync } from 'node:fs';
import { parse as parseEnv } from 'dotenv';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type ImportOptions, leafEntries, rawEntry } from '../src/import/import-entries.ts';
import { ImportError } from '../src/import/import-error.ts';
import { formatOf } from '../src/import/import-format.ts';
import { leafKey, rawKey } from '../src/import/import-key.ts';
import { errorOf } from './import-error-of.ts';

const limits = { maxKeyBytes: 1024, maxValueBytes: 512 * 1024 };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function importText(name: string, text: string, options: Partial<ImportOptions> = {}): Record<string, string> {
  const entries = leafEntries({ name, bytes: bytesOf(text) }, { prefix: '/app', limits, ...options });
  return Object.fromEntries(entries.map(({ key, value }) => [key, new TextDecoder().decode(value)]));
}

describe('the format', () => {
  test.each([
    ['package.json', 'json'],
    ['a/b/CONFIG.JSON', 'json'],
    ['kubernetes.yaml', 'yaml'],
    ['docker-compose.yml', 'yaml'],
    ['.env', 'env'],
    ['deploy/.env', 'env'],
    ['.env.production', 'env'],
    ['.env.local.example', 'env'],
    ['production.env', 'env'],
    ['.env.json', 'json'],
    ['settings.toml', null],
    ['environment', null],
    ['json', null],
    ['.envrc', null],
  ])('of %s is %s', (name, format) => {
    expect(formatOf(name)).toBe(format);
  });

  test('goes before the name when it is given', () => {
    expect(importText('config.txt', 'a: 1', { format: 'yaml' })).toEqual({ '/app/a': '1' });
    expect(importText('config.json', 'a=1', { format: 'env' })).toEqual({ '/app/a': '1' });
  });

  test('that is not known is an error of the file', () => {
    const error = errorOf(() => importText('conf/settings.toml', 'a = 1'));
    expect(error).toMatchObject({ code: 'InvalidImport', file: 'conf/settings.toml', line: null, column: null });
    expect(error.message).toBe('conf/settings.toml: the name tells no format: give one of json, yaml, env, or --raw');
  });
});

describe('a key', () => {
  test.each([
    ['/app', '/app/db/url'],
    ['/app/', '/app/db/url'],
    ['app', 'app/db/url'],
    ['/', '/db/url'],
    ['', 'db/url'],
    ['/app//', '/app//db/url'],
  ])('with the prefix "%s"', (prefix, key) => {
    expect(leafKey(prefix, ['db', 'url'])).toBe(key);
  });

  test('cannot be read as two: a slash and a percent sign in a name are encoded', () => {
    expect(leafKey('/app', ['a/b'])).toBe('/app/a%2Fb');
    expect(leafKey('/app', ['a%2Fb'])).toBe('/app/a%252Fb');
    expect(leafKey('/app', ['a', 'b'])).toBe('/app/a/b');
  });

  test('keeps an empty name, and tells it from no name', () => {
    expect(leafKey('/app', ['packages', '', 'name'])).toBe('/app/packages//name');
    expect(leafKey('/app', [''])).toBe('/app/');
    expect(leafKey('/app/', [])).toBe('/app');
  });

  test('of a raw file is the prefix and the name', () => {
    expect(rawKey('/files', 'a%b.txt')).toBe('/files/a%b.txt');
    expect(rawKey('/files/', '.env')).toBe('/files/.env');
    expect(rawKey('', '.env')).toBe('.env');
  });
});

describe('bytes', () => {
  test('may begin with a byte order mark, and end lines as Windows does', () => {
    for (const [name, text] of [
      ['a.json', '\uFEFF{\r\n"a": "1"}\r\n'],
      ['a.yaml', '\uFEFFa: "1"\r\n'],
      ['a.env', '\uFEFFa=1\r\n'],
    ] as const) {
      expect(importText(name, text), name).toEqual({ '/app/a': '1' });
    }
  });

  test('that are no UTF-8 are refused where they stand', () => {
    const bytes = Buffer.concat([Buffer.from('a: 1\r\nñ\uFFFD: x'), Buffer.from([0xe9, 0x20]), Buffer.from('\nb: 2')]);
    const error = errorOf(() => leafEntries({ name: 'latin1.yaml', bytes }, { prefix: '', limits }));
    expect(error.message).toBe('latin1.yaml:2:6: this is not UTF-8');
    expect(error).toMatchObject({ file: 'latin1.yaml', line: 2, column: 6 });
  });
});

describe('limits', () => {
  test('hold for a key, with the place of the leaf', () => {
    const name = 'é'.repeat(510);
    expect(Object.keys(importText('a.yaml', `${name}: 1`, { prefix: '/ab' }))).toEqual([`/ab/${name}`]);
    const error = errorOf(() => importText('a.yaml', `ok: 1\nx${name}: 1`, { prefix: '/ab' }));
    expect(error.message).toBe('a.yaml:2:514: its key has 1025 bytes, the limit is 1024');
    const errorWithoutValue = errorOf(() => importText('a.yaml', `ok: 1\n? x${name}`, { prefix: '/ab' }));
    expect(errorWithoutValue).toMatchObject({ line: 2, column: 3 });
  });

  test('hold for a value', () => {
    const value = 'v'.repeat(limits.maxValueBytes);
    expect(importText('a.env', `A=${value}`)['/app/A']).toBe(value);
    const error = errorOf(() => importText('a.env', `A=1\nB=${value}v`));
    expect(error.message).toBe('a.env:2:1: its value has 524289 bytes, the limit is 524288');
  });

  test('a file of one scalar needs a prefix', () => {
    expect(importText('a.json', '"hello"')).toEqual({ '/app': 'hello' });
    expect(errorOf(() => importText('a.json', ' "hello"', { prefix: '/' })).message).toBe(
      'a.json:1:2: a file that is one scalar needs a prefix for its key',
    );
  });
});

describe('a raw file', () => {
  test('is its bytes, whatever they are, at its name without folders', () => {
    const bytes = Uint8Array.from([0xff, 0x00, 0x0d, 0x0a, 0xef, 0xbb, 0xbf]);
    const entry = rawEntry({ name: 'some/folder/blob.bin', bytes }, { prefix: '/files/', limits });
    expect(entry.key).toBe('/files/blob.bin');
    expect(entry.value).toEqual(bytes);
  });

  test('must have a name that a key may hold, and fit', () => {
    const bytes = new Uint8Array(limits.maxValueBytes + 1);
    const options = { prefix: '/files', limits };
    expect(errorOf(() => rawEntry({ name: 'a\nb', bytes: bytes.subarray(1) }, options)).message).toBe(
      "a\nb: the file's name holds U+000A, which no key may hold",
    );
    expect(errorOf(() => rawEntry({ name: 'large', bytes }, options)).message).toBe(
      'large: its value has 524289 bytes, the limit is 524288',
    );
  });
});

describe('the fixtures', () => {
  const fixture = (name: string): Uint8Array =>
    readFileSync(new URL(`../../../test/fixtures/${name}`, import.meta.url));
  const imported = (name: string): Record<string, string> => importText(name, new TextDecoder().decode(fixture(name)));

  /** Says the same by another way: the file as its own library reads it, flattened. */
  function flatten(value: unknown, key: string): [string, string][] {
    if (value === null || typeof value !== 'object') return [[key, value === null ? '' : String(value)]];
    return Object.entries(value).flatMap(([name, child]) =>
      flatten(child, `${key}/${name.replaceAll('%', '%25').replaceAll('/', '%2F')}`),
    );
  }

  test('package.json', () => {
    const value: unknown = JSON.parse(new TextDecoder().decode(fixture('package.json')));
    expect(imported('package.json')).toEqual(Object.fromEntries(flatten(value, '/app')));
  });

  test('messages.json, with more than ASCII, and numbers that JSON.parse would change', () => {
    const value: unknown = JSON.parse(new TextDecoder().decode(fixture('messages.json')));
    expect(imported('messages.json')).toEqual({
      ...Object.fromEntries(flatten(value, '/app')),
      '/app/currency/rate': '1.0850',
      '/app/orderId': '9007199254740993',
    });
  });

  test('kubernetes.yaml, a number for each document', () => {
    const documents = parseAllDocuments(new TextDecoder().decode(fixture('kubernetes.yaml')));
    const values = documents.map((document): unknown => document.toJS());
    expect(imported('kubernetes.yaml')).toEqual({
      ...Object.fromEntries(flatten(values, '/app')),
      '/app/1/spec/template/spec/volumes/0/configMap/defaultMode': '0644',
    });
  });

  test('docker-compose.yml, with what is merged', () => {
    const [document] = parseAllDocuments(new TextDecoder().decode(fixture('docker-compose.yml')), { merge: true });
    const entries = imported('docker-compose.yml');
    expect(entries).toEqual(Object.fromEntries(flatten(document?.toJS(), '/app')));
    expect(entries['/app/services/orders/restart']).toBe('on-failure');
    expect(entries['/app/services/orders/environment/LOG_LEVEL']).toBe('debug');
    expect(entries['/app/services/orders/environment/TZ']).toBe('Etc/UTC');
    expect(entries['/app/services/worker/init']).toBe('true');
    expect(entries['/app/services/worker/image']).toBe('registry.example.com/shop/worker:1.10');
  });

  test.each(['.env', 'production.env'])('%s', (name) => {
    const value: unknown = parseEnv(Buffer.from(fixture(name)));
    expect(imported(name)).toEqual(Object.fromEntries(flatten(value, '/app')));
  });

  test('windows.yaml, whose lines end in CRLF', () => {
    expect(Buffer.from(fixture('windows.yaml')).toString().split('\r\n')).toHaveLength(12);
    expect(imported('windows.yaml')).toEqual({
      '/app/service': 'orders',
      '/app/version': '1.10',
      '/app/paths/data': 'C:\\ProgramData\\Orders',
      '/app/paths/share': '\\\\files\\orders',
      '/app/script': '@echo off\nnet stop orders\nnet start orders\n',
      '/app/retries': '0x10',
    });
  });
});

test('an error is an Error with a stable code', () => {
  const error = errorOf(() => importText('a.json', '{'));
  expect(error).toBeInstanceOf(ImportError);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'ImportError', code: 'InvalidImport', file: 'a.json', line: 1, column: 2 });
});
