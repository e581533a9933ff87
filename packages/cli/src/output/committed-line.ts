import type { CommittedEntry } from '@quorate/client';
import { timestampText } from '@quorate/wire';
import { commandText } from './command-text.ts';
import type { Column } from './table.ts';

/** The columns of `committedRow`. */
export const committedColumns: readonly Column[] = [
  { title: 'INDEX   ', align: 'right' },
  { title: 'TERM', align: 'right' },
  { title: 'TIME                       ' },
  { title: 'KIND   ' },
  { title: 'COMMAND' },
];

/** A committed entry for people. */
export const committedRow = (entry: CommittedEntry): readonly string[] => [
  String(entry.index),
  String(entry.term),
  timestampText(Number(entry.timestampUs)),
  entry.kind,
  textOf(entry),
];

function textOf({ command, commandBytes }: CommittedEntry): string {
  if (command !== null) return commandText(command);
  return commandBytes.length === 0 ? '' : `(${commandBytes.length} bytes)`;
}
