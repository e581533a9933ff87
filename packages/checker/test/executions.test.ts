import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConfigStore, checkHistory, registerModel, textMapModel } from '../src/index.ts';
import { executionOf } from './support/arbitrary-histories.ts';
import { configStore, register, textMap } from './support/sequential-object.ts';
import { configStoreVocabulary, registerVocabulary, textMapVocabulary } from './support/vocabularies.ts';

const length = { minLength: 1, maxLength: 80 };

describe('what really happened, one after the other under callers that overlap, is linearizable', () => {
  test('of a register', () => {
    fc.assert(
      fc.property(executionOf(register, registerVocabulary, length), (history) => {
        expect(checkHistory(registerModel, history)).toEqual({ kind: 'linearizable' });
      }),
    );
  });

  test('of a map of texts', () => {
    fc.assert(
      fc.property(executionOf(textMap, textMapVocabulary, length), (history) => {
        expect(checkHistory(textMapModel, history)).toEqual({ kind: 'linearizable' });
      }),
    );
  });

  test('of a config store', () => {
    const executions = executionOf(configStore(1000), configStoreVocabulary(['/a', '/b', '/c']), length);
    fc.assert(
      fc.property(executions, (history) => {
        const verdict = checkConfigStore(history);
        expect(verdict.explain()).toEqual([]);
        expect(verdict.kind).toBe('linearizable');
      }),
    );
  });
});
