import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImportError } from '../src/import/import-error.ts';
import { leavesOf } from '../src/import/leaves-of.ts';
import { errorOf } from './import-error-of.ts';

const leaves = (text: string): [string, string][] =>
  leavesOf({ name: 'a.yaml', bytes: new TextEncoder().encode(text) }).map(({ path, text: value }) => [
    path.join(' > '),
    value,
  ]);

describe('a plain scalar keeps its text', () => {
  test.each(
    ['1.10', '0755', '0o755', '0x1F', '1e3', '+1', '.5', '-0', '123456789012345678901234567890', '2024-01-02'].concat([
      '2024-01-02T03:04:05Z',
      '12:30:45',
      'yes',
      'No',
      'TRUE',
      'false',
      '.inf',
      '.NaN',
      '1_000',
      '5432:5432',
      'a b',
    ]),
  )('%s', (scalar) => {
    expect(leaves(`k: ${scalar}`)).toEqual([['k', scalar]]);
    expect(leaves(`- ${scalar} # a comment`)).toEqual([['0', scalar]]);
    expect(leaves(`{k: [${scalar}]}`)).toEqual([['k > 0', scalar]]);
  });

  test('on several lines it is folded', () => {
    expect(leaves('k: one\n  two\n\n  three\nl: 1')).toEqual([
      ['k', 'one two\nthree'],
      ['l', '1'],
    ]);
  });

  test('as a name, too', () => {
    expect(leaves('8080: a\n1.10: b\nnull: c\n~: d\ntrue: e\n010: f')).toEqual([
      ['8080', 'a'],
      ['1.10', 'b'],
      ['null', 'c'],
      ['~', 'd'],
      ['true', 'e'],
      ['010', 'f'],
    ]);
  });
});

test('a quoted or block scalar gives its value', () => {
  const text = [
    "single: 'it''s \"1.10\"'",
    'double: "a\\tb\\u20ac\\n"',
    'empty: ""',
    'null as text: "null"',
    'literal: |',
    '  one',
    '    two',
    '',
    'stripped: |-',
    '  one',
    '',
    'kept: |+',
    '  one',
    '',
    'folded: >',
    '  one',
    '  two',
    '',
    '  three',
    '',
  ].join('\n');
  for (const lines of [text, text.replaceAll('\n', '\r\n')]) {
    expect(leaves(lines)).toEqual([
      ['single', 'it\'s "1.10"'],
      ['double', 'a\tb€\n'],
      ['empty', ''],
      ['null as text', 'null'],
      ['literal', 'one\n  two\n'],
      ['stripped', 'one'],
      ['kept', 'one\n\n'],
      ['folded', 'one two\nthree\n'],
    ]);
  }
});

test('null is an empty text, an empty map or sequence no leaf', () => {
  expect(leaves('a:\nb: ~\nc: null\nd: NULL\ne: {}\nf: []\ng: {x, y: }\nh:\n  -\n  - {}\n? i\n"": j')).toEqual([
    ['a', ''],
    ['b', ''],
    ['c', ''],
    ['d', ''],
    ['g > x', ''],
    ['g > y', ''],
    ['h > 0', ''],
    ['i', ''],
    ['', 'j'],
  ]);
});

test('tags are passed over', () => {
  expect(leaves('a: !!str 1.10\nb: !!int "0755"\nc: !Ref Bucket\nd: !Sub {x: !!binary aGk=}')).toEqual([
    ['a', '1.10'],
    ['b', '0755'],
    ['c', 'Bucket'],
    ['d > x', 'aGk='],
  ]);
});

describe('documents', () => {
  test('are numbered when there is more than one', () => {
    expect(leaves('a: 1')).toEqual([['a', '1']]);
    expect(leaves('---\na: 1\n')).toEqual([['a', '1']]);
    expect(leaves('a: 1\n---\nb: 2\n---\nthree')).toEqual([
      ['0 > a', '1'],
      ['1 > b', '2'],
      ['2', 'three'],
    ]);
  });

  test('with nothing in them do not count', () => {
    expect(leaves('---\n# nothing\n---\na: 1\n---\n')).toEqual([['a', '1']]);
    expect(leaves('---\n---\na: 1\n---\n# nothing\n---\nb: 2\n---\n')).toEqual([
      ['0 > a', '1'],
      ['1 > b', '2'],
    ]);
    expect(leaves('')).toEqual([]);
    expect(leaves('# nothing\n')).toEqual([]);
  });

  test('keep their anchors to themselves', () => {
    expect(errorOf(() => leaves('a: &x 1\n---\nb: *x')).message).toBe(
      'a.yaml:3:4: there is no anchor &x before this alias',
    );
  });
});

describe('an alias', () => {
  test('stands for what it names, as last anchored before it', () => {
    expect(leaves('a: &x 1.10\nb: *x\nc: &x {d: [2]}\ne: *x')).toEqual([
      ['a', '1.10'],
      ['b', '1.10'],
      ['c > d > 0', '2'],
      ['e > d > 0', '2'],
    ]);
    expect(leaves('a: &name x\n*name : 1')).toEqual([
      ['a', 'x'],
      ['x', '1'],
    ]);
    expect(leaves('a: &empty\nb: *empty')).toEqual([
      ['a', ''],
      ['b', ''],
    ]);
  });

  test('that names nothing, or what it is a part of, is refused', () => {
    expect(errorOf(() => leaves('a: *x\nb: &x 1')).message).toBe('a.yaml:1:4: there is no anchor &x before this alias');
    expect(errorOf(() => leaves('a: &x\n  b: [*x]')).message).toBe(
      'a.yaml:2:7: this alias names a node that it is a part of',
    );
    expect(errorOf(() => leaves('a: &x\n  <<: *x\n  b: 1')).message).toBe(
      'a.yaml:2:7: this alias names a node that it is a part of',
    );
  });

  test('cannot make a small file grow without end', () => {
    const levels = Array.from({ length: 10 }, (_, level) => level);
    const manyOf = (item: string): string => Array.from({ length: 10 }, () => item).join(', ');
    const nested = levels.map((level) => `l${level}: &l${level} [${manyOf(level === 0 ? 'ha' : `*l${level - 1}`)}]`);
    const merged = levels.map(
      (level) => `l${level}: &l${level} {<<: [${manyOf(level === 0 ? '{a: 1}' : `*l${level - 1}`)}]}`,
    );
    const names = Array.from({ length: 1_000 }, (_, index) => `name${index}: 1`);
    const repeated = [`base: &base {${names.join(', ')}}`, `other: {<<: [${'*base, '.repeat(150)}]}`];
    // Each document alone stays below the limit.
    const documents = Array.from({ length: 20 }, () => ['---', ...nested.slice(0, 4)]).flat();
    for (const bomb of [nested, merged, repeated, documents]) {
      const error = errorOf(() => leaves(bomb.join('\n')));
      expect(error.message).toContain('the aliases of this file stand for more than 100000 nodes');
      expect(error.line).toBeGreaterThan(1);
    }
  });
});

test('a large file without aliases is no such file', () => {
  expect(leaves(`[${'1, '.repeat(100_001)}]`)).toHaveLength(100_001);
});

describe('<<', () => {
  test('merges as compose does: own names first, then earlier maps, one level deep', () => {
    const text = [
      'base: &base {image: a, restart: always, environment: {A: 1, B: 2}}',
      'more: &more {restart: never, init: true}',
      'service:',
      '  environment: {C: 3}',
      '  <<: [*base, *more]',
      '  image: b',
    ].join('\n');
    expect(leaves(text).filter(([path]) => path.startsWith('service'))).toEqual([
      ['service > environment > C', '3'],
      ['service > image', 'b'],
      ['service > restart', 'always'],
      ['service > init', 'true'],
    ]);
  });

  test('merges a map that merges, and one that is written in place', () => {
    expect(leaves('a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}\nd: {<<: {z: 3}}')).toEqual([
      ['a > x', '1'],
      ['b > y', '2'],
      ['b > x', '1'],
      ['c > y', '2'],
      ['c > x', '1'],
      ['d > z', '3'],
    ]);
  });

  test('in quotes is a name like any other', () => {
    expect(leaves('"<<": 1')).toEqual([['<<', '1']]);
  });

  test.each([
    ['a: 1\n<<: text', 2, 5],
    ['a: &x [1]\n<<: *x', 1, 8],
    ['<<: [{a: 1}, [{b: 2}]]', 1, 14],
    ['<<:', 1, 4],
    ['{a: 1, <<}', 1, 8],
    ['a: 1\n? <<', 2, 3],
  ])('refuses what is no map: %j', (text, line, column) => {
    expect(errorOf(() => leaves(text)).message).toBe(
      `a.yaml:${line}:${column}: << can merge a map, or a sequence of maps, and nothing else`,
    );
  });
});

describe('what is wrong is refused, with its place', () => {
  test.each([
    ['a: 1\nb: 2\na: 3', 3, 1, 'the name "a" stands here twice'],
    ['1: a\n"1": b', 2, 1, 'the name "1" stands here twice'],
    ['x: {a: 1, a: 2}', 1, 11, 'the name "a" stands here twice'],
    ['a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a', 4, 3, 'the name "<<" stands here twice'],
    ['a: 1\n---\nb: 1\nb: 2', 4, 1, 'the name "b" stands here twice'],
    ['ok: 1\n"a\\tb": 2', 2, 1, 'the name "a\\tb" holds U+0009, which no key may hold'],
    ['a: "\\uD800"', 1, 4, 'the text holds U+D800, half of a character'],
    ['? {a: 1}\n: 2', 1, 3, 'a name must be a scalar'],
    ['[1]: 2', 1, 1, 'a name must be a scalar'],
    ['a: [1, 2\nb: 3', 2, 1, ''],
    ['a: 1\n\tb: 2', 2, 1, ''],
    ['ä: ü: c', 1, 4, ''],
    ['a: "unclosed\n', 2, 1, ''],
    ['a: }', 1, 4, ''],
    ['\t}\t', 1, 1, ''],
    ['a: @x', 1, 4, ''],
    ['good: 1\n---\n  bad: [', 3, 9, ''],
    ['%YAML 1.2\na: 1', 2, 1, ''],
  ])('%j', (text, line, column, what) => {
    const error = errorOf(() => leaves(text));
    expect(error.message).toMatch(new RegExp(`^a\\.yaml:${line}:${column}: .`));
    if (what !== '') expect(error.message).toBe(`a.yaml:${line}:${column}: ${what}`);
    expect(error.message).not.toContain('\n');
  });

  test('deep nesting, before it breaks the stack', () => {
    expect(errorOf(() => leaves(`${'['.repeat(600)}${']'.repeat(600)}`)).message).toBe(
      'a.yaml:1:501: this is nested deeper than 500 levels',
    );
    for (const text of ['['.repeat(50_000), '- '.repeat(50_000), '{a: '.repeat(50_000)]) {
      expect(errorOf(() => leaves(text)).message).toMatch(/^a\.yaml:1:\d+: this is nested deeper than 500 levels$/);
    }
  });
});

test('any text gives leaves with no path twice, or an ImportError', () => {
  const token = fc.constantFrom(
    ...[
      'a',
      'b',
      '1',
      'null',
      '&x',
      '*x',
      '<<',
      ':',
      ': ',
      '- ',
      '? ',
      '\n',
      '\n  ',
      '\n\n',
      ' ',
      '\t',
      '#',
      '---\n',
      '...',
    ],
    ...[
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '|',
      '>',
      '!',
      '!!set',
      '!!str',
      '!!map',
      '!!omap',
      '%YAML 1.1\n',
      '\u0000',
      'é',
    ],
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 15 }), (tokens) => {
      try {
        const paths = leaves(tokens.join('')).map(([path]) => path);
        expect(new Set(paths).size).toBe(paths.length);
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError);
      }
    }),
    { numRuns: 2_000 },
  );
});
