import { StoreClosed } from './errors.ts';
import type { Lifetime } from './lifetime.ts';

/** Thrown into a pending `next` by `return`. */
const returned = Symbol('returned');

/** An iteration that `return` ends at once: a generator would let it wait for what a pending `next` waits for. `items` waits within the lifetime. */
export function endableIteration<Item>(
  items: AsyncGenerator<Item, undefined>,
  lifetime: Lifetime,
): AsyncIterableIterator<Item> {
  return {
    next: () => items.next(),
    return: async () => {
      lifetime.end(returned);
      return items.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Whether an iteration was ended by whoever iterates, or with the store. */
export const isOrderlyEnd = (error: unknown): boolean => error === returned || error instanceof StoreClosed;
