import type { OperationResult } from './load-result.ts';

/** What became of an operation, as JSON shows it. */
export interface LoadJson {
  /** Answers while it was measured. */
  readonly answered: number;
  readonly perSecond: number;
  readonly failed: number;
  /** By code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Calls that were due and could not be begun in time. */
  readonly notBegun: number;
  readonly latencyMs: {
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
    readonly mean: number;
  };
}

/** That of one operation, of a load that was measured for so long. */
export function loadToJson({ latencies, answered, notBegun, failures }: OperationResult, seconds: number): LoadJson {
  return {
    answered,
    perSecond: rounded(answered / seconds, 1),
    failed: [...failures.values()].reduce((sum, count) => sum + count, 0),
    failures: Object.fromEntries(failures),
    notBegun,
    latencyMs: {
      p50: rounded(latencies.quantileMs(0.5), 3),
      p90: rounded(latencies.quantileMs(0.9), 3),
      p99: rounded(latencies.quantileMs(0.99), 3),
      p999: rounded(latencies.quantileMs(0.999), 3),
      max: rounded(latencies.longestMs, 3),
      mean: rounded(latencies.meanMs, 3),
    },
  };
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
