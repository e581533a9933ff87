import { describe, expect, test } from 'vitest';
import { clusterName, groupId, InvalidName, isName, nodeId } from '../src/index.ts';

const good = ['a', '7', 'n1', 'N-1_x', 'a-', 'a_', 'x'.repeat(64)];
const bad = [
  '',
  'x'.repeat(65),
  '_a',
  '-a',
  'a.b',
  '.',
  'a b',
  ' a',
  'a ',
  'a\n',
  'a*',
  '>',
  'a>',
  'a/b',
  'é',
  'a\u0000',
];

describe.each([
  ['a node', nodeId],
  ['a group', groupId],
  ['a cluster', clusterName],
] as const)('the name of %s', (_, named) => {
  test.each(good)('may be %j', (text) => {
    expect(named(text)).toBe(text);
    expect(isName(text)).toBe(true);
  });

  test.each(bad)('may not be %j', (text) => {
    expect(() => named(text)).toThrow(InvalidName);
    expect(isName(text)).toBe(false);
  });
});

test('what is wrong with a name is said on one line', () => {
  expect(() => nodeId('a\nb')).toThrow(/^node id "a\\nb" is not valid: 1 to 64 letters, [^\n]*$/);
});
