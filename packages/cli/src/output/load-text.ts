import { type Latencies, type LoadResult, latencyBins, loadToJson, type OperationResult } from '@quorate/load';
import { type Column, tableLines } from './table.ts';

const columns: readonly Column[] = [
  { title: '' },
  { title: 'A SECOND', align: 'right' },
  { title: 'ANSWERED', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: 'P50', align: 'right' },
  { title: 'P90', align: 'right' },
  { title: 'P99', align: 'right' },
  { title: 'P99.9', align: 'right' },
  { title: 'MAX', align: 'right' },
  { title: 'MEAN', align: 'right' },
];

const binsAtMost = 24;
const barWidth = 40;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** What a load came to, for people: a row for each operation, what went wrong, and how the latencies are spread. */
export function loadLines(result: LoadResult): readonly string[] {
  const operations = [...result.operations];
  const rows = operations.map(([name, one]) => rowOf(name, one, result.seconds));
  return [
    ...tableLines(columns, rows),
    '',
    'Times are in milliseconds.',
    ...operations.flatMap(([name, one]) => problemLines(name, one)),
    ...operations.flatMap(([name, { latencies }]) => histogramLines(name, latencies)),
  ];
}

function rowOf(name: string, operation: OperationResult, seconds: number): readonly string[] {
  const { perSecond, answered, failed, latencyMs } = loadToJson(operation, seconds);
  const { p50, p90, p99, p999, max, mean } = latencyMs;
  return [
    name,
    ...[Math.round(perSecond), answered, failed].map(numberText),
    ...[p50, p90, p99, p999, max, mean].map(msText),
  ];
}

function problemLines(name: string, { failures, notBegun }: OperationResult): readonly string[] {
  const failed = [...failures].map(([code, count]) => `${numberText(count)} ${code}`).join(', ');
  return [
    ...(failed === '' ? [] : [`${name} failed: ${failed}. What failed is in no percentile.`]),
    ...(notBegun === 0
      ? []
      : [
          `${name} fell behind: ${numberText(notBegun)} calls were due and not begun. They count as if answered at the end.`,
        ]),
  ];
}

function histogramLines(name: string, latencies: Latencies): readonly string[] {
  const bins = latencyBins(latencies, binsAtMost);
  if (bins.length === 0) return [];
  const most = Math.max(...bins.map(({ count }) => count));
  const rows = bins.map(({ fromMs, toMs, count }) => [
    edgeText(fromMs),
    edgeText(toMs),
    numberText(count),
    barOf(count / most),
  ]);
  const titles: readonly Column[] = [
    { title: 'FROM', align: 'right' },
    { title: 'TO', align: 'right' },
    { title: name.toUpperCase(), align: 'right' },
    { title: '' },
  ];
  return ['', ...tableLines(titles, rows)];
}

/** A share of the width; whatever is not nothing shows. */
function barOf(share: number): string {
  const width = share === 0 ? 0 : Math.max(1, Math.round(share * barWidth * 8));
  return '█'.repeat(Math.floor(width / 8)) + (eighths[width % 8] ?? '');
}

const numberText = (value: number): string => value.toLocaleString('en');

const msText = (ms: number): string => ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0);

/** The edges of bins are short numbers that floating point makes long. */
const edgeText = (ms: number): string => String(Number(ms.toPrecision(3)));
