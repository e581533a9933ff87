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

/** Each value is written by one operation alone. */
export const ownRegisterVocabulary: Vocabulary<RegisterOperation, RegisterOutcome> = {
  ...registerVocabulary,
  operations: fc.oneof(
    fc.constant<RegisterOperation>({ kind: 'read' }),
    fc.constant<RegisterOperation>({ kind: 'write', value: 0 }),
    fc
      .constantFrom(null, 0, 1, 2, 3, 4)
      .map((expected): RegisterOperation => ({ kind: 'compareAndSet', expected, value: 0 })),
  ),
  outcomes: (operation) =>
    operation.kind === 'read'
      ? fc.constantFrom(null, 0, 1, 2, 3, 4, 5).map((value): RegisterOutcome => ({ kind: 'value', value }))
      : registerVocabulary.outcomes(operation),
  ownOf: (operation, place) => (operation.kind === 'read' ? operation : { ...operation, value: place }),
};

/** Each text is put or appended by one operation alone. */
export const ownTextMapVocabulary: Vocabulary<TextMapOperation, TextMapOutcome> = {
  ...textMapVocabulary,
  outcomes: (operation) =>
    operation.kind === 'get'
      ? fc
          .constantFrom('', 'a', 'b', 'c', 'd', 'ab', 'ba', 'bc', 'abc', 'cd', 'dc')
          .map((value): TextMapOutcome => ({ kind: 'value', value }))
      : textMapVocabulary.outcomes(operation),
  ownOf: (operation, place) =>
    operation.kind === 'get' ? operation : { ...operation, value: String.fromCharCode(97 + place) },
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
