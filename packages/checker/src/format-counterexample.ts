import type { Counterexample } from './counterexample.ts';
import { eventsInOrder } from './event-order.ts';
import type { History, HistoryOperation } from './history.ts';
import type { Model } from './model.ts';

/** Draws a counterexample as lines for people: what contradicts itself, one operation a line, with what overlapped. */
export function formatCounterexample<Operation, Outcome>(
  model: Pick<Model<Operation, Outcome, unknown>, 'describe'>,
  { operations, others, isMinimal }: Counterexample<Operation, Outcome>,
): readonly string[] {
  const bars = barsOf(operations);
  const rows = operations.map((called, place) => [
    bars[place] ?? '',
    `process ${called.process}`,
    timesOf(called),
    `${called.key === '' ? '' : `${called.key}: `}${model.describe(called.operation, called.outcome)}`,
  ]);
  const lines = ['No order explains these:', ...aligned(rows).map((row) => `  ${row}`)];
  if (others === 1)
    lines.push('Nor does it help if the one other change that was called before the end took effect later, or never.');
  if (others > 1)
    lines.push(
      `Nor does it help if any of the ${others} other changes that were called before the end took effect later, or never.`,
    );
  if (!isMinimal) lines.push('Fewer may do: the search for them was ended.');
  return lines;
}

const timesOf = ({ calledAt, returnedAt }: HistoryOperation<unknown, unknown>): string =>
  `${calledAt} to ${returnedAt ?? 'the end'}`;

/** A column for each call and return, and a bar from one to the other. */
function barsOf(operations: History<unknown, unknown>): readonly string[] {
  const columns = operations.map(() => ({ call: 0, return: 2 * operations.length }));
  for (const [column, { place, kind }] of eventsInOrder(operations).entries()) {
    const own = columns[place];
    if (own !== undefined) own[kind] = column;
  }
  return columns.map((own) => `${' '.repeat(own.call)}|${'-'.repeat(own.return - own.call - 1)}|`);
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
