import { textMapStates } from '../chains/text-map-states.ts';
import type { Model } from '../model.ts';

/** What one key of a map of texts is asked. */
export type TextMapOperation =
  | { readonly kind: 'get' }
  | { readonly kind: 'put'; readonly value: string }
  | { readonly kind: 'append'; readonly value: string };

/** What it answers. */
export type TextMapOutcome = { readonly kind: 'value'; readonly value: string } | { readonly kind: 'done' };

/**
 * A map of texts, each empty at first, that are read, replaced and appended to. A text that is the beginning of none that
 * anybody reads is null: whatever is appended to it, nobody reads that either.
 */
export const textMapModel: Model<TextMapOperation, TextMapOutcome, string | null> = modelWith({
  isBeginning: () => true,
  isPart: () => true,
});

/** The texts that are read at some time. */
interface ReadTexts {
  /** Whether one of them begins with this. */
  isBeginning(text: string): boolean;
  /** Whether this is somewhere in one of them. */
  isPart(text: string): boolean;
}

function modelWith(read: ReadTexts): Model<TextMapOperation, TextMapOutcome, string | null> {
  const readable = (text: string): string | null => (read.isBeginning(text) ? text : null);
  return {
    initialState: '',
    isPartitionedByKey: true,

    apply(state, operation, outcome) {
      if (operation.kind === 'get') {
        return outcome === null || (outcome.kind === 'value' && outcome.value === state) ? state : undefined;
      }
      if (outcome !== null && outcome.kind !== 'done') return undefined;
      if (operation.kind === 'put') return readable(operation.value);
      return state === null ? null : readable(state + operation.value);
    },

    stateKey: (state) => state,

    covers: (state, other) => other === null || state === other,

    mayChange: ({ kind }) => kind !== 'get',

    effectKey(operation) {
      if (operation.kind === 'get') return operation.kind;
      const { kind, value } = operation;
      const isSeen = kind === 'put' ? read.isBeginning(value) : read.isPart(value);
      return isSeen ? `${kind} ${value}` : 'unseen';
    },

    seenStates: textMapStates,

    describe(operation, outcome) {
      const result = outcome === null ? 'unknown' : outcome.kind === 'value' ? JSON.stringify(outcome.value) : 'done';
      return `${operation.kind}${operation.kind === 'get' ? '' : ` ${JSON.stringify(operation.value)}`}: ${result}`;
    },

    forHistory: (history) =>
      modelWith(readTexts(history.flatMap(({ outcome }) => (outcome?.kind === 'value' ? [outcome.value] : [])))),
  };
}

function readTexts(read: readonly string[]): ReadTexts {
  const sorted = [...new Set(read)].sort();
  // A text stands right before those that begin with it.
  const longest = sorted.filter((text, place) => sorted[place + 1]?.startsWith(text) !== true);
  return {
    isBeginning(text) {
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((sorted[middle] ?? '') < text) low = middle + 1;
        else high = middle;
      }
      return sorted[low]?.startsWith(text) === true;
    },
    isPart: (text) => longest.some((one) => one.includes(text)),
  };
}
