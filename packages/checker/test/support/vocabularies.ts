import fc from 'fast-check';
import type {
  ConfigStoreOperation,
  ConfigStoreOutcome,
  RegisterOperation,
  RegisterOutcome,
  TextMapOperation,
  TextMapOutcome,
} from '../../src/index.ts';
import type { Vocabulary } from './arbitrary-histories.ts';

const number = fc.constantFrom(1, 2, 3);
const letter = fc.constantFrom('a', 'b');

export const registerVocabulary: Vocabulary<RegisterOperation, RegisterOutcome> = {
  keys: [''],
  operations: fc.oneof(
    fc.constant<RegisterOperation>({ kind: 'read' }),
    number.map((value): RegisterOperation => ({ kind: 'write', value })),
    fc
      .tuple(number, number)
      .map(([expected, value]): RegisterOperation => ({ kind: 'compareAndSet', expected, value })),
  ),
  outcomes({ kind }) {
    if (kind === 'write') return fc.constant({ kind: 'done' });
    if (kind === 'compareAndSet') return fc.constantFrom<RegisterOutcome>({ kind: 'done' }, { kind: 'refused' });
    return fc.constantFrom(null, 1, 2, 3).map((value) => ({ kind: 'value', value }));
  },
};

export const textMapVocabulary: Vocabulary<TextMapOperation, TextMapOutcome> = {
  keys: ['x', 'y'],
  operations: fc.oneof(
    fc.constant<TextMapOperation>({ kind: 'get' }),
    letter.map((value): TextMapOperation => ({ kind: 'put', value })),
    letter.map((value): TextMapOperation => ({ kind: 'append', value })),
  ),
  outcomes({ kind }) {
    if (kind !== 'get') return fc.constant({ kind: 'done' });
    return fc.constantFrom('', 'a', 'b', 'ab', 'ba', 'aab').map((value) => ({ kind: 'value', value }));
  },
};

const condition = fc.constantFrom({}, {}, { ifRevision: 0 }, { ifRevision: 1 }, { ifRevision: 2 }, { ifRevision: 3 });

/** No outcome says a revision above this. */
export const maxToldRevision = 4;
const revision = fc.integer({ min: 1, max: maxToldRevision });

export const configStoreVocabulary = (
  keys: readonly string[],
): Vocabulary<ConfigStoreOperation, ConfigStoreOutcome> => ({
  keys,
  operations: fc.oneof(
    fc.constant<ConfigStoreOperation>({ kind: 'get' }),
    fc.tuple(letter, condition).map(([value, also]): ConfigStoreOperation => ({ kind: 'put', value, ...also })),
    condition.map((also): ConfigStoreOperation => ({ kind: 'delete', ...also })),
  ),
  outcomes(operation) {
    const mismatch = fc
      .integer({ min: 0, max: 3 })
      .map((actual): ConfigStoreOutcome => ({ kind: 'revisionMismatch', actual }));
    if (operation.kind === 'put') {
      return fc.oneof(
        revision.map((made): ConfigStoreOutcome => ({ kind: 'written', revision: made })),
        mismatch,
      );
    }
    if (operation.kind === 'delete') {
      return fc.oneof(
        revision.map((made): ConfigStoreOutcome => ({ kind: 'deleted', revision: made })),
        fc.nat(maxToldRevision).map((at): ConfigStoreOutcome => ({ kind: 'nothingDeleted', revision: at })),
        mismatch,
      );
    }
    return fc.oneof(
      fc.constant<ConfigStoreOutcome>({ kind: 'absent' }),
      fc
        .tuple(letter, revision)
        .map(([value, modRevision]): ConfigStoreOutcome => ({ kind: 'found', value, modRevision })),
    );
  },
});
