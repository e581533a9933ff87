import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConfigStore, checkHistory, type History, registerModel, textMapModel } from '../src/index.ts';
import { anyHistory, spoiltExecutionOf } from './support/arbitrary-histories.ts';
import { isLinearizable } from './support/brute-force.ts';
import { configStore, register, textMap } from './support/sequential-object.ts';
import {
  configStoreVocabulary,
  maxToldRevision,
  ownRegisterVocabulary,
  ownTextMapVocabulary,
  registerVocabulary,
  textMapVocabulary,
} from './support/vocabularies.ts';

const maxLength = 6;
// Room for each operation to have made a revision after all that anyone was told.
const store = configStore(maxToldRevision + maxLength);

/** Compares the two on many histories, of which there must be enough of either sort. */
function compare<Operation, Outcome>(
  histories: fc.Arbitrary<History<Operation, Outcome>>,
  check: (history: History<Operation, Outcome>) => boolean,
  tryAll: (history: History<Operation, Outcome>) => boolean,
): void {
  const counts = { yes: 0, no: 0 };
  fc.assert(
    fc.property(histories, (history) => {
      const expected = tryAll(history);
      counts[expected ? 'yes' : 'no'] += 1;
      expect(check(history)).toBe(expected);
    }),
    { numRuns: 1500 },
  );
  expect(Math.min(counts.yes, counts.no)).toBeGreaterThan(100);
}

describe('the search agrees with trying every order', () => {
  test.each([
    ['any history', anyHistory(registerVocabulary, maxLength)],
    ['an execution with one outcome spoilt', spoiltExecutionOf(register, registerVocabulary, { maxLength })],
    ['any history in which no two write the same', anyHistory(ownRegisterVocabulary, maxLength)],
    ['such an execution with one outcome spoilt', spoiltExecutionOf(register, ownRegisterVocabulary, { maxLength })],
  ])('of a register: %s', (_, histories) => {
    compare(
      histories,
      (history) => checkHistory(registerModel, history).kind === 'linearizable',
      (history) => isLinearizable(register, history),
    );
  });

  test.each([
    ['any history', anyHistory(textMapVocabulary, maxLength)],
    ['an execution with one outcome spoilt', spoiltExecutionOf(textMap, textMapVocabulary, { maxLength })],
    ['any history in which no two write the same', anyHistory(ownTextMapVocabulary, maxLength)],
    ['such an execution with one outcome spoilt', spoiltExecutionOf(textMap, ownTextMapVocabulary, { maxLength })],
  ])('of a map of texts: %s', (_, histories) => {
    compare(
      histories,
      (history) => checkHistory(textMapModel, history).kind === 'linearizable',
      (history) => isLinearizable(textMap, history),
    );
  });

  const one = configStoreVocabulary(['/a']);
  test.each([
    ['any history', anyHistory(one, maxLength)],
    ['an execution with one outcome spoilt', spoiltExecutionOf(store, one, { maxLength })],
  ])('of one key of the config store: %s', (_, histories) => {
    compare(
      histories,
      (history) => checkConfigStore(history).kind === 'linearizable',
      (history) => isLinearizable(store, history),
    );
  });

  const two = configStoreVocabulary(['/a', '/b']);
  test.each([
    ['any history', anyHistory(two, maxLength)],
    ['an execution with one outcome spoilt', spoiltExecutionOf(store, two, { maxLength })],
  ])('of a config store that two keys share, or is the more lenient once in a while: %s', (_, histories) => {
    const missed: unknown[] = [];
    compare(
      histories,
      (history) => {
        const isFound = checkConfigStore(history).kind === 'linearizable';
        if (!isFound || isLinearizable(store, history)) return isFound;
        missed.push(history);
        return false;
      },
      (history) => isLinearizable(store, history),
    );
    expect(missed.length).toBeLessThan(5);
  });
});
