import { Latencies } from './latencies.ts';

/** What became of the calls of one operation that were begun while it was measured. */
export interface OperationResult {
  /** Of those that were answered, and of those that were due and could not be begun: these waited until the end. */
  readonly latencies: Latencies;
  /** How many answers came while it was measured, also to calls from before. */
  answered: number;
  /** Calls that were due and could not be begun in time, because all callers were waiting. Only at a rate. */
  notBegun: number;
  /** How many failed, by the code of the error. */
  readonly failures: Map<string, number>;
}

/** What a load came to. */
export interface LoadResult {
  /** How long it was measured, without the warm-up. */
  readonly seconds: number;
  /** By the operation's name. */
  readonly operations: ReadonlyMap<string, OperationResult>;
}

/** Of an operation that nobody has called. */
export const emptyResult = (): OperationResult => ({
  latencies: new Latencies(),
  answered: 0,
  notBegun: 0,
  failures: new Map(),
});

/** Several loads taken for one, such as the parts of one that others were run between. */
export function mergedResult(results: readonly LoadResult[]): LoadResult {
  const operations = new Map<string, OperationResult>();
  for (const result of results) {
    for (const [name, from] of result.operations) {
      const into = operations.get(name) ?? emptyResult();
      operations.set(name, into);
      addTo(into, from);
    }
  }
  return { seconds: results.reduce((sum, { seconds }) => sum + seconds, 0), operations };
}

function addTo(into: OperationResult, from: OperationResult): void {
  into.latencies.add(from.latencies);
  into.answered += from.answered;
  into.notBegun += from.notBegun;
  for (const [code, count] of from.failures) into.failures.set(code, (into.failures.get(code) ?? 0) + count);
}
