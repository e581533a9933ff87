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
export const textMapModel: Model<TextMapOperation, TextMapOutcome, string | null> = modelWith((text) => text);

function modelWith(readable: (text: string) => string | null): Model<TextMapOperation, TextMapOutcome, string | null> {
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

    describe(operation, outcome) {
      const result = outcome === null ? 'unknown' : outcome.kind === 'value' ? JSON.stringify(outcome.value) : 'done';
      return `${operation.kind}${operation.kind === 'get' ? '' : ` ${JSON.stringify(operation.value)}`}: ${result}`;
    },

    forHistory(history) {
      const read = history.flatMap(({ outcome }) => (outcome?.kind === 'value' ? [outcome.value] : []));
      return modelWith(readableIn(read));
    },
  };
}

/** Gives a text, or null if none of `read` begins with it. */
function readableIn(read: readonly string[]): (text: string) => string | null {
  const sorted = [...new Set(read)].sort();
  return (text) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? '') < text) low = middle + 1;
      else high = middle;
    }
    // A text stands right before those that begin with it.
    return sorted[low]?.startsWith(text) === true ? text : null;
  };
}
