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

/** One register with compare-and-set. */
export const registerModel: Model<RegisterOperation, RegisterOutcome, RegisterValue> = {
  initialState: null,
  isPartitionedByKey: true,

  apply(state, operation, outcome) {
    if (operation.kind === 'read') {
      return outcome === null || (outcome.kind === 'value' && outcome.value === state) ? state : undefined;
    }
    if (operation.kind === 'write') return outcome === null || outcome.kind === 'done' ? operation.value : undefined;
    const isAsExpected = state === operation.expected;
    if (outcome === null) return isAsExpected ? operation.value : state;
    if (outcome.kind === 'done') return isAsExpected ? operation.value : undefined;
    return outcome.kind === 'refused' && !isAsExpected ? state : undefined;
  },

  stateKey: (state) => state,

  mayChange: ({ kind }, outcome) => kind !== 'read' && outcome?.kind !== 'refused',

  describe: (operation, outcome) => `${describeOperation(operation)}: ${describeOutcome(outcome)}`,
};

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
