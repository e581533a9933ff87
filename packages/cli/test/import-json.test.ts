import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImportError } from '../src/import/import-error.ts';
import { leavesOf } from '../src/import/leaves-of.ts';
import { errorOf } from './import-error-of.ts';

const leaves = (text: string): [string, string][] =>
  leavesOf({ name: 'a.json', bytes: new TextEncoder().encode(text) }).map(({ path, text: value }) => [
    path.join(' > '),
    value,
  ]);

test('each scalar is a leaf, in the order of the file', () => {
  expect(leaves('{"b": {"c": [true, false, "x", {"d": "y"}]}, "a": "z"}')).toEqual([
    ['b > c > 0', 'true'],
    ['b > c > 1', 'false'],
    ['b > c > 2', 'x'],
    ['b > c > 3 > d', 'y'],
    ['a', 'z'],
  ]);
});

test.each(['1.10', '1e3', '1E+03', '-0', '-0.0', '9007199254740993', '123456789012345678901234567890', '0.10'])(
  'the number %s keeps its text',
  (number) => {
    expect(leaves(`[${number}, {"n":${number}}]`)).toEqual([
      ['0', number],
      ['1 > n', number],
    ]);
  },
);

test('null is an empty text, an empty object or array no leaf', () => {
  expect(leaves('{"a": null, "b": {}, "c": [], "d": [[], {}, ""]}')).toEqual([
    ['a', ''],
    ['d > 2', ''],
  ]);
  expect(leaves('{}')).toEqual([]);
});

test('strings give their value, names too', () => {
  expect(leaves(String.raw`{"\u0061\/\"": "\b\f\n\r\t\\\u20ac\ud83d\ude00\u0000"}`)).toEqual([
    ['a/"', '\b\f\n\r\t\\€😀\u0000'],
  ]);
  expect(leaves('{"": 1, "__proto__": 2, "toString": 3}')).toEqual([
    ['', '1'],
    ['__proto__', '2'],
    ['toString', '3'],
  ]);
});

describe('what JSON.parse refuses is refused, with its place', () => {
  test.each([
    ['', 1, 1, 'expected a value, found the end of the file'],
    ['{"a": 1,\n  "b": 2,\n}', 3, 1, 'expected a name in double quotes, found "}"'],
    ['[1, 2,]', 1, 7, 'expected a value, found "]"'],
    ['{\n  // why\n}', 2, 3, 'expected a name in double quotes, found "/"'],
    ["{'a': 1}", 1, 2, 'expected a name in double quotes, found "\'"'],
    ['{a: 1}', 1, 2, 'expected a name in double quotes, found "a"'],
    ['{"a" 1}', 1, 6, 'expected ":", found "1"'],
    ['{"a": 1 "b": 2}', 1, 9, 'expected "}", found "\\""'],
    ['{"a": 0123}', 1, 7, 'expected a value, found "0123"'],
    ['{"a": 1.}', 1, 7, 'expected a value, found "1."'],
    ['{"a": .5}', 1, 7, 'expected a value, found ".5"'],
    ['{"a": +1}', 1, 7, 'expected a value, found "+1"'],
    ['[NaN]', 1, 2, 'expected a value, found "NaN"'],
    ['[True]', 1, 2, 'expected a value, found "True"'],
    ['{} {}', 1, 4, 'expected the end of the file, found "{"'],
    ['["é", "\\x41"]', 1, 8, 'expected an escape sequence of JSON, found "\\\\"'],
    ['["a\tb"]', 1, 4, 'a control character in a string must be escaped'],
    ['["a\nb"]', 1, 4, 'a control character in a string must be escaped'],
    ['[1, "abc', 1, 5, 'the string that begins here has no end'],
    ['["😀", 😀]', 1, 7, 'expected a value, found "😀"'],
    ['[1', 1, 3, 'expected "]", found the end of the file'],
    ['[1\u00a0]', 1, 3, 'expected "]", found "\u00a0"'],
  ])('%j', (text, line, column, what) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    const error = errorOf(() => leaves(text));
    expect(error).toMatchObject({ line, column });
    expect(error.message).toBe(`a.json:${line}:${column}: ${what}`);
  });
});

describe('what a store cannot hold without a loss is refused, with its place', () => {
  test.each([
    ['{"a": 1,\n "\\u0061": 2}', 2, 2, 'the name "a" stands here twice'],
    ['{"a": {"b": 1}, "c": {"b": 1, "b": 1}}', 1, 31, 'the name "b" stands here twice'],
    ['{"a\\nb": 1}', 1, 2, 'the name "a\\nb" holds U+000A, which no key may hold'],
    ['{"a\\u0085": 1}', 1, 2, 'the name "a\u0085" holds U+0085, which no key may hold'],
    ['{"\\ud800": 1}', 1, 2, 'the name "\\ud800" holds U+D800, which no key may hold'],
    ['{"a": "\\ud800"}', 1, 7, 'the text holds U+D800, half of a character'],
  ])('%s', (text, line, column, what) => {
    expect(errorOf(() => leaves(text)).message).toBe(`a.json:${line}:${column}: ${what}`);
  });
});

test('deep nesting is refused before it breaks the stack', () => {
  expect(leaves(`${'['.repeat(500)}1${']'.repeat(500)}`)).toHaveLength(1);
  expect(errorOf(() => leaves('['.repeat(100_000))).message).toBe(
    'a.json:1:501: this is nested deeper than 500 levels',
  );
});

test('a long line of many leaves is read in time that grows with its length', () => {
  const text = JSON.stringify(Array.from({ length: 100_000 }, (_, index) => `value ${index}`));
  expect(leaves(text)).toHaveLength(100_000);
});

test('any JSON gives the leaves that JSON.parse gives', () => {
  const flatten = (value: unknown, path: readonly string[]): [string, string][] => {
    if (value === null || typeof value !== 'object') {
      return [[path.join(' > '), value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)]];
    }
    return Object.entries(value).flatMap(([name, child]) => flatten(child, [...path, name]));
  };
  const name = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}|__proto__/u.test(text));
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(name, tie('json'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(json, fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(leaves(text)).toEqual(flatten(JSON.parse(text), []));
    }),
  );
});

test('any text is refused exactly where JSON.parse refuses it', () => {
  const token = fc.constantFrom(
    ...['{', '}', '[', ']', ',', ':', '"a"', '"b"', '"\\u00"', '"\\n"', '"', '1', '-', '01', '1.5', '.', 'e2', '1e2'],
    ...['true', 'null', 'nul', ' ', '\n', '\t', '\u00a0', '/', "'"],
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
      const text = tokens.join('');
      const errorFrom = (parse: (text: string) => unknown): unknown => {
        try {
          parse(text);
          return null;
        } catch (error) {
          return error;
        }
      };
      const ours = errorFrom(leaves);
      const theirs = errorFrom(JSON.parse);
      // Names that stand twice, or hold a control character, are JSON all the same.
      if (ours instanceof ImportError && /stands here twice|which no key may hold/.test(ours.message)) return;
      if (theirs === null) expect(ours).toBeNull();
      else expect(ours).toBeInstanceOf(ImportError);
    }),
    { numRuns: 2_000 },
  );
});
