import type { CommittedEntry } from '@quorate/client';
import { timestampText } from '@quorate/wire';
import { escaped, previewOf } from './preview.ts';
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
  commandText(entry),
];

function commandText(entry: CommittedEntry): string {
  const { command, commandBytes } = entry;
  if (command === null) return commandBytes.length === 0 ? '' : `(${commandBytes.length} bytes)`;
  const condition = command.ifRevision === undefined ? '' : ` if at revision ${command.ifRevision}`;
  const key = escaped(command.key);
  return command.kind === 'put' ? `put ${key}${condition} ${previewOf(command.value)}` : `delete ${key}${condition}`;
}
