/** One thing that callers do. */
export interface Operation {
  readonly name: string;
  /** How often it is chosen, beside the weights of the others. */
  readonly weight: number;
  /** Does it once, for a caller of that number; they begin with 0. A call that rejects has failed. */
  readonly call: (caller: number) => Promise<unknown>;
}

/** One of them by chance, by their weights. `chance` is from 0 to 1. */
export function randomOperation<Kind extends Pick<Operation, 'weight'>>(
  operations: readonly [Kind, ...Kind[]],
  chance: number,
): Kind {
  let left = chance * operations.reduce((sum, { weight }) => sum + weight, 0);
  for (const operation of operations) {
    left -= operation.weight;
    if (left < 0) return operation;
  }
  return operations[0];
}
