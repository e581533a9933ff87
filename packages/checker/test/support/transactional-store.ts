import fc from 'fast-check';
import type {
  StepOutcome,
  StoreOperation,
  StoreOutcome,
  TransactionOperation,
  TransactionStep,
  WayOutcome,
} from '../../src/index.ts';
import type { Vocabulary } from './arbitrary-histories.ts';
import { configStore, type SequentialObject, type StoreState } from './sequential-object.ts';
import { configStoreVocabulary, maxToldRevision } from './vocabularies.ts';

/** The config store with transactions, whose revisions grow by a step of its own choice as well. */
export function transactionalStore(maxRevision: number): SequentialObject<StoreOperation, StoreOutcome, StoreState> {
  const plain = configStore(maxRevision);
  return {
    initialState: plain.initialState,
    perform(state, key, operation) {
      if (operation.kind !== 'txn') return plain.perform(state, key, operation);
      const later = Array.from({ length: maxRevision - state.revision }, (_, step) => state.revision + 1 + step);
      const [first, ...others] = [state.revision, ...later].flatMap((revision) => {
        const run = runAt(state, operation, revision);
        const isChange = run.keys !== state.keys;
        return isChange && revision === state.revision
          ? []
          : [{ outcome: { ...run.outcome, revision }, state: { revision, keys: run.keys } }];
      });
      return first === undefined ? [] : [first, ...others];
    },
  };
}

function runAt(
  before: StoreState,
  transaction: TransactionOperation,
  revision: number,
): { readonly outcome: WayOutcome; readonly keys: StoreState['keys'] } {
  let keys = before.keys;
  const revisionOf = (key: string): number => before.keys.get(key)?.modRevision ?? 0;
  const take = (step: TransactionStep): StepOutcome => {
    if (step.kind === 'txn') return follow(step);
    const entry = keys.get(step.key);
    if (step.kind === 'get') return entry === undefined ? { kind: 'absent' } : { kind: 'found', ...entry };
    if (step.kind === 'put') {
      keys = new Map(keys).set(step.key, { value: step.value, modRevision: revision });
      return { kind: 'put' };
    }
    if (entry !== undefined) keys = new Map([...keys].filter(([key]) => key !== step.key));
    return { kind: 'delete', deleted: entry !== undefined };
  };
  const follow = ({ compare, then, else: otherwise }: TransactionOperation): WayOutcome => {
    const succeeded = compare.every(({ key, modRevision }) => revisionOf(key) === modRevision);
    return { kind: 'txn', succeeded, results: (succeeded ? then : otherwise).map(take) };
  };
  return { outcome: follow(transaction), keys };
}

const value = fc.constantFrom('a', 'b', 'c', 'd');

/** Operations of one key, and transactions of several in which each key is written once at most. */
export function transactionVocabulary(keys: readonly string[]): Vocabulary<StoreOperation, StoreOutcome> {
  const plain = configStoreVocabulary(keys);
  const key = fc.constantFrom(...keys);
  const steps = (of: readonly string[]): fc.Arbitrary<readonly TransactionStep[]> =>
    fc
      .tuple(
        ...of.map((one) =>
          fc.oneof(
            fc.constant<readonly TransactionStep[]>([]),
            fc.constant<readonly TransactionStep[]>([{ kind: 'get', key: one }]),
            value.map((text): readonly TransactionStep[] => [{ kind: 'put', key: one, value: text }]),
            value.map((text): readonly TransactionStep[] => [
              { kind: 'get', key: one },
              { kind: 'put', key: one, value: text },
              { kind: 'get', key: one },
            ]),
            fc.constant<readonly TransactionStep[]>([{ kind: 'delete', key: one }]),
          ),
        ),
      )
      .map((drawn) => drawn.flat());
  const compare = fc.array(fc.record({ key, modRevision: fc.nat(3) }), { maxLength: 2 });
  const transaction = (then: fc.Arbitrary<readonly TransactionStep[]>, otherwise = steps(keys)) =>
    fc
      .tuple(compare, then, otherwise)
      .map(
        ([compared, one, other]): TransactionOperation => ({ kind: 'txn', compare: compared, then: one, else: other }),
      );
  const nested = fc
    .tuple(steps(keys.slice(0, 1)), transaction(steps(keys.slice(1)), steps(keys.slice(1))))
    .map(([before, within]): readonly TransactionStep[] => [...before, within]);
  return {
    keys,
    operations: fc.oneof<fc.Arbitrary<StoreOperation>[]>(
      plain.operations,
      transaction(steps(keys)),
      transaction(nested),
    ),
    outcomes: (operation) => (operation.kind === 'txn' ? outcomesOf(operation) : plain.outcomes(operation)),
    // Values that are put once are what tells most.
    ownOf: (operation, place) => (place % 2 === 0 ? owned(operation, String(place)) : operation),
  };
}

function owned(operation: StoreOperation, place: string): StoreOperation {
  if (operation.kind === 'put') return { ...operation, value: `${operation.value}${place}` };
  return operation.kind === 'txn' ? ownedTransaction(operation, place) : operation;
}

function ownedTransaction(transaction: TransactionOperation, place: string): TransactionOperation {
  const ownedStep = (step: TransactionStep): TransactionStep => {
    if (step.kind === 'put') return { ...step, value: `${step.value}${place}` };
    return step.kind === 'txn' ? ownedTransaction(step, place) : step;
  };
  return { ...transaction, then: transaction.then.map(ownedStep), else: transaction.else.map(ownedStep) };
}

function outcomesOf(transaction: TransactionOperation): fc.Arbitrary<StoreOutcome> {
  const way = ({ then, else: otherwise }: TransactionOperation): fc.Arbitrary<WayOutcome> =>
    fc
      .boolean()
      .chain((succeeded) =>
        fc
          .tuple(...(succeeded ? then : otherwise).map(resultOf))
          .map((results): WayOutcome => ({ kind: 'txn', succeeded, results })),
      );
  const resultOf = (step: TransactionStep): fc.Arbitrary<StepOutcome> => {
    switch (step.kind) {
      case 'put':
        return fc.constant({ kind: 'put' });
      case 'delete':
        return fc.boolean().map((deleted) => ({ kind: 'delete', deleted }));
      case 'get':
        return fc.oneof(
          fc.constant<StepOutcome>({ kind: 'absent' }),
          fc
            .tuple(value, fc.integer({ min: 1, max: maxToldRevision }))
            .map(([text, modRevision]): StepOutcome => ({ kind: 'found', value: text, modRevision })),
        );
      case 'txn':
        return way(step);
      default:
        return step satisfies never;
    }
  };
  return fc
    .tuple(way(transaction), fc.nat(maxToldRevision))
    .map(([told, revision]): StoreOutcome => ({ ...told, revision }));
}
