import { parse as dotenvParse } from 'dotenv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leavesOf } from '../src/import/leaves-of.ts';
import { errorOf } from './import-error-of.ts';

const leaves = (text: string): Record<string, string> =>
  Object.fromEntries(
    leavesOf({ name: '.env', bytes: new TextEncoder().encode(text) }).map(({ path, text: value }) => {
      expect(path).toHaveLength(1);
      return [path[0], value];
    }),
  );

test.each([
  ['A=1', '1'],
  ['A = 1 ', '1'],
  ['  A=1', '1'],
  ['export A=1', '1'],
  ['A: one two', 'one two'],
  ['A=', ''],
  ['A= # nothing', ''],
  ['A=1 # a comment', '1'],
  ['A=a#b', 'a'],
  ['A="a#b" # a comment', 'a#b'],
  ['A="a\\nb\\tc"', 'a\nb\\tc'],
  ["A='a\\nb'", 'a\\nb'],
  ['A=`it\'s "so"`', 'it\'s "so"'],
  ['A="  padded  "', '  padded  '],
  ['A="one\n# two\nB=3"', 'one\n# two\nB=3'],
  ["A='one\n\ntwo'", 'one\n\ntwo'],
  ['A="a" b "c"', 'a" b "c'],
  ['A=$HOME/$B', '$HOME/$B'],
  ['A=b=c', 'b=c'],
  ['A={"json": [1]}', '{"json": [1]}'],
  ["A=it's", "it's"],
  ['A=0755', '0755'],
])('%j gives A %j', (text, value) => {
  expect(leaves(text)).toEqual({ A: value });
  expect(leaves(`# first\n\n${text}\n   \nLAST=1\n`)).toEqual({ A: value, LAST: '1' });
  expect(leaves(`${text}\nLAST=1`.replaceAll('\n', '\r\n'))).toEqual({ A: value, LAST: '1' });
  expect(dotenvParse(text)).toEqual({ A: value });
});

test('names may hold dots and dashes', () => {
  expect(leaves('sentry.dsn=a\nmy-name=b\n_=c\n1=d\nconstructor=e')).toEqual({
    'sentry.dsn': 'a',
    'my-name': 'b',
    _: 'c',
    '1': 'd',
    constructor: 'e',
  });
});

test('a file of nothing gives nothing', () => {
  for (const text of ['', '\n\n', '# a comment', '  \t\n#']) expect(leaves(text)).toEqual({});
});

describe('what dotenv would pass over in silence is refused, with its place', () => {
  const noAssignment = 'this is no assignment (NAME=value), no comment and no blank line';
  const openQuote = 'the quote that opens here is not closed, or text follows it';
  test.each([
    ['A=1\nB', 2, 1, noAssignment],
    ['A=1\n  export B', 2, 3, noAssignment],
    ['A B=1', 1, 1, noAssignment],
    ['=1', 1, 1, noAssignment],
    ['A:1', 1, 1, noAssignment],
    ['Ä=1', 1, 1, noAssignment],
    ['A=\n"one"', 2, 1, noAssignment],
    ['A\n=1', 1, 1, noAssignment],
    ['export\nA=1', 1, 1, noAssignment],
    ['A: \nB=1\n- c', 3, 1, noAssignment],
    ['; ini', 1, 1, noAssignment],
    ['[section]\nA=1', 1, 1, noAssignment],
    ['A=1\r\nexport B="one\r\ntwo\r\n', 2, 10, openQuote],
    ["A='tis", 1, 3, openQuote],
    ['A="one\ntwo" three', 1, 3, openQuote],
    ['A=1\n#\nA=2', 3, 1, 'the name "A" stands here twice'],
    ['__proto__=1', 1, 1, '"__proto__" cannot be a name'],
  ])('%j', (text, line, column, what) => {
    expect(errorOf(() => leaves(text)).message).toBe(`.env:${line}:${column}: ${what}`);
  });
});

test('a long value on many lines is read', () => {
  const value = 'one line of many\n'.repeat(60_000);
  expect(leaves(`A='${value}'\nB=1`)).toEqual({ A: value, B: '1' });
});

test('any file that is accepted gives what dotenv gives', () => {
  const text = fc.string({ unit: fc.constantFrom(...'aB1 #$\\-.:=\t\'"`é'), maxLength: 10 });
  const line = fc.oneof(
    fc.tuple(fc.constantFrom('', ' ', 'export '), fc.constantFrom('=', ' = ', ': '), text).map((parts) => parts),
    text,
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
      const file = lines
        .map((parts, index) => (typeof parts === 'string' ? `#${parts}` : `${parts[0]}N${index}${parts[1]}${parts[2]}`))
        .join('\n');
      let ours: Record<string, string>;
      try {
        ours = leaves(file);
      } catch {
        return;
      }
      accepted += 1;
      expect(ours).toEqual(dotenvParse(file));
    }),
    { numRuns: 2_000 },
  );
  expect(accepted).toBeGreaterThan(500);
});
