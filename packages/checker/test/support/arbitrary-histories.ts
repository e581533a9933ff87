import fc from 'fast-check';
import type { History, HistoryOperation } from '../../src/index.ts';
import type { SequentialObject } from './sequential-object.ts';

/** Operations of an object, and outcomes that they may be said to have had. */
export interface Vocabulary<Operation, Outcome> {
  readonly keys: readonly string[];
  readonly operations: fc.Arbitrary<Operation>;
  readonly outcomes: (operation: Operation) => fc.Arbitrary<Outcome>;
  /** Makes the operation at that place of a history one that no other does. Without it, several may do the same. */
  readonly ownOf?: (operation: Operation, place: number) => Operation;
}

/** Histories of operations whose callers were told anything at all. */
export function anyHistory<Operation, Outcome>(
  { keys, operations, outcomes, ownOf = (operation) => operation }: Vocabulary<Operation, Outcome>,
  maxLength: number,
): fc.Arbitrary<History<Operation, Outcome>> {
  const called = fc
    .record({
      key: fc.constantFrom(...keys),
      operation: operations,
      calledAt: fc.nat(12),
      durationMs: fc.nat(6),
      isKnown: fc.integer({ min: 0, max: 3 }).map((draw) => draw > 0),
    })
    .chain(({ durationMs, isKnown, ...rest }) =>
      outcomes(rest.operation).map((outcome): HistoryOperation<Operation, Outcome> => {
        const returnedAt = rest.calledAt + durationMs;
        return { ...rest, process: 0, returnedAt, outcome: isKnown ? outcome : null };
      }),
    );
  return fc
    .array(called, { maxLength })
    .map((history) => history.map((one, place) => ({ ...one, operation: ownOf(one.operation, place) })));
}

/** Histories of an object that did one operation after the other, while its callers overlapped and lost some of its answers. */
export function executionOf<Operation, Outcome, State>(
  object: SequentialObject<Operation, Outcome, State>,
  {
    keys,
    operations,
    ownOf = (operation) => operation,
  }: Pick<Vocabulary<Operation, Outcome>, 'keys' | 'operations' | 'ownOf'>,
  length: { readonly minLength?: number; readonly maxLength: number },
): fc.Arbitrary<History<Operation, Outcome>> {
  const step = fc.record({
    key: fc.constantFrom(...keys),
    operation: operations,
    before: fc.nat(30),
    after: fc.nat(30),
    choice: fc.nat(2),
    fate: fc.constantFrom('told', 'told', 'told', 'told', 'lost', 'neverMade'),
  });
  return fc.array(step, length).map((steps) => {
    let state = object.initialState;
    return steps.map(
      ({ key, operation: drawn, before, after, choice, fate }, place): HistoryOperation<Operation, Outcome> => {
        const operation = ownOf(drawn, place);
        const at = 10 * place;
        const call = { process: place, key, calledAt: at - before, operation };
        const results = object.perform(state, key, operation);
        const result = results[Math.min(choice, results.length - 1)];
        if (fate === 'neverMade' || result === undefined) return { ...call, returnedAt: null, outcome: null };
        state = result.state;
        return { ...call, returnedAt: at + after, outcome: fate === 'told' ? result.outcome : null };
      },
    );
  });
}

/** Such histories, with one outcome exchanged for another. */
export function spoiltExecutionOf<Operation, Outcome, State>(
  object: SequentialObject<Operation, Outcome, State>,
  vocabulary: Vocabulary<Operation, Outcome>,
  length: { readonly minLength?: number; readonly maxLength: number },
): fc.Arbitrary<History<Operation, Outcome>> {
  return fc.tuple(executionOf(object, vocabulary, { minLength: 1, ...length }), fc.nat()).chain(([history, draw]) => {
    const place = draw % history.length;
    const chosen = history[place];
    if (chosen === undefined || chosen.returnedAt === null) return fc.constant(history);
    return vocabulary.outcomes(chosen.operation).map((outcome) => history.with(place, { ...chosen, outcome }));
  });
}
