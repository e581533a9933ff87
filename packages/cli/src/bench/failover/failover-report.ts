import { loadToJson } from '@quorate/load';
import { writeLine } from '../../output/output.ts';
import { type Column, tableLines } from '../../output/table.ts';
import type { FailoverSettings, Fault } from './failover-settings.ts';
import type { FailoverResult } from './run-failover.ts';

const columns: readonly Column[] = [
  { title: 'RUN', align: 'right' },
  { title: 'LED' },
  { title: 'LEADS' },
  { title: 'LONGEST WITHOUT A WRITE', align: 'right' },
];

const faultWords: Readonly<Record<Fault, string>> = {
  kill: 'leader killed by SIGKILL',
  pause: 'leader stopped by SIGSTOP',
  cut: 'leader cut off from NATS',
};

/** Shows what leaders that were lost have cost. */
export async function printFailover(settings: FailoverSettings, result: FailoverResult, json: boolean): Promise<void> {
  const lines = json ? [JSON.stringify(failoverToJson(settings, result))] : failoverLines(settings, result);
  for (const line of lines) await writeLine(line);
}

/** The result as JSON. */
export function failoverToJson(settings: FailoverSettings, { runs, quietLongestMs, writes }: FailoverResult) {
  const { fault, callers, connections, keys, valueBytes } = settings;
  const { medianMs, p99Ms, maxMs } = summaryOf(runs.map(({ longestMs }) => longestMs));
  const { failed, failures } = loadToJson(writes, 1);
  return {
    settings: { fault, runs: settings.runs, callers, connections, keys, valueBytes },
    longestMs: { median: rounded(medianMs), p99: rounded(p99Ms), max: rounded(maxMs) },
    quietLongestMs: rounded(quietLongestMs),
    runs: runs.map((run) => ({ ...run, longestMs: rounded(run.longestMs) })),
    writes: { acknowledged: writes.latencies.count, failed, failures },
  };
}

/** The same for people. */
export function failoverLines(settings: FailoverSettings, result: FailoverResult): readonly string[] {
  const { runs, longestMs, quietLongestMs, writes } = failoverToJson(settings, result);
  const failures = Object.entries(writes.failures).map(([code, count]) => `${count} ${code}`);
  const rows = runs.map((run, at) => [String(at + 1), run.leader, run.nextLeader, msText(run.longestMs)]);
  return [
    ...tableLines(columns, rows),
    '',
    `${faultWords[settings.fault]}, ${settings.callers} callers writing: ${runs.length} runs`,
    `longest time without an acknowledged write: median ${msText(longestMs.median)}, 99 % ${msText(longestMs.p99)}, longest ${msText(longestMs.max)}`,
    `while nothing was wrong: ${msText(quietLongestMs)}`,
    `writes: ${writes.acknowledged} acknowledged, ${writes.failed} failed${failures.length === 0 ? '' : ` (${failures.join(', ')})`}`,
  ];
}

/** A quantile is the smallest value that such a share of all does not exceed. */
function summaryOf(values: readonly number[]): {
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
} {
  const sorted = values.toSorted((one, other) => one - other);
  const quantile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return { medianMs: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1) };
}

const rounded = (ms: number): number => Number(ms.toFixed(1));
const msText = (ms: number): string => `${ms.toFixed(0)} ms`;
