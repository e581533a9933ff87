import { registerStates } from '../chains/register-states.ts';
import type { Model } from '../model.ts';

/** What a register holds: nothing (null) at first. */
export type RegisterValue = string | number | null;

/** What a register is asked. */
export type RegisterOperation =
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly value: RegisterValue }
  | { readonly kind: 'compareAndSet'; readonly expected: RegisterValue; readonly value: RegisterValue };

/** What it answers. */
export type RegisterOutcome =
  | { readonly kind: 'value'; readonly value: RegisterValue }
  | { readonly kind: 'done' }
  /** The register did not hold what the compare-and-set expected, and was left as it was. */
  | { readonly kind: 'refused' };

/** A value that nobody ever looks for: all such are the same to everybody. */
const UNSEEN = false;

type RegisterState = RegisterValue | typeof UNSEEN;

/** One register with compare-and-set. */
export const registerModel: Model<RegisterOperation, RegisterOutcome, RegisterState> = modelWith((value) => value);

function modelWith(
  seen: (value: RegisterValue) => RegisterState,
): Model<RegisterOperation, RegisterOutcome, RegisterState> {
  return {
    initialState: null,
    isPartitionedByKey: true,

    apply(state, operation, outcome) {
      if (operation.kind === 'read') {
        return outcome === null || (outcome.kind === 'value' && outcome.value === state) ? state : undefined;
      }
      const written = seen(operation.value);
      if (operation.kind === 'write') return outcome === null || outcome.kind === 'done' ? written : undefined;
      const isAsExpected = state === operation.expected;
      if (outcome === null) return isAsExpected ? written : state;
      if (outcome.kind === 'done') return isAsExpected ? written : undefined;
      return outcome.kind === 'refused' && !isAsExpected ? state : undefined;
    },

    stateKey: (state) => state,

    mayChange: ({ kind }, outcome) => kind !== 'read' && outcome?.kind !== 'refused',

    effectKey: (operation) =>
      JSON.stringify(operation.kind === 'read' ? operation : { ...operation, value: seen(operation.value) }),

    seenStates: registerStates,

    describe: (operation, outcome) => `${describeOperation(operation)}: ${describeOutcome(outcome)}`,

    forHistory(history) {
      const looked = new Set<RegisterValue>([null]);
      for (const { operation, outcome } of history) {
        if (outcome?.kind === 'value') looked.add(outcome.value);
        if (operation.kind === 'compareAndSet') looked.add(operation.expected);
      }
      return modelWith((value) => (looked.has(value) ? value : UNSEEN));
    },
  };
}

function describeOperation(operation: RegisterOperation): string {
  if (operation.kind === 'read') return 'read';
  if (operation.kind === 'write') return `write ${show(operation.value)}`;
  return `compare-and-set ${show(operation.expected)} to ${show(operation.value)}`;
}

function describeOutcome(outcome: RegisterOutcome | null): string {
  if (outcome === null) return 'unknown';
  return outcome.kind === 'value' ? show(outcome.value) : outcome.kind;
}

const show = (value: RegisterValue): string => (value === null ? 'nil' : JSON.stringify(value));
