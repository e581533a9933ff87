import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkLog } from '../src/index.ts';

const readHistory = (name: string): string =>
  readFileSync(new URL(`../../../test/histories/${name}`, import.meta.url), 'utf8');

const labels = readHistory('labels.tsv')
  .trim()
  .split('\n')
  .map((line) => line.split('\t'));

test('there are as many as there should be', () => {
  expect(labels).toHaveLength(51);
});

describe('a recorded history is what its label says', () => {
  test.each([
    ...labels,
    ['kv_c01-ok.txt', 'linearizable'],
    ['kv_c01-bad.txt', 'not-linearizable'],
    ['kv_c10-ok.txt', 'linearizable'],
    ['kv_c10-bad.txt', 'not-linearizable'],
  ])('%s', (name = '', label = '') => {
    const verdict = checkLog(readHistory(name));
    expect(verdict.kind).toBe(label);
    expect(verdict.explain().length > 0).toBe(label === 'not-linearizable');
  });
});
