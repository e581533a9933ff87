import { type EntryFields, type EntryTime, type LogEntry, logIndex, term } from '@quorate/raft';

/** An entry whose command is a text. */
export function entry(index: number, ofTerm: number, command = `command ${index} of term ${ofTerm}`): LogEntry {
  return {
    index: logIndex(index),
    term: term(ofTerm),
    kind: 'command',
    command: new TextEncoder().encode(command),
    ...timeOf(index),
  };
}

/** The time of the entry at `index`. */
export const timeOf = (index: number): EntryTime => ({
  timestampUs: 1_700_000_000_000_000 + 1000 * index,
  logTimeMs: 2 * index,
});

/** Entries that follow one another. */
export function entries(firstIndex: number, count: number, ofTerm: number): readonly LogEntry[] {
  return Array.from({ length: count }, (_, at) => entry(firstIndex + at, ofTerm));
}

/** An entry as plain data, to compare: bytes are bytes, whatever holds them. */
export function plain(of: LogEntry): {
  index: number;
  term: number;
  kind: string;
  timestampUs: number;
  logTimeMs: number;
  command: string;
  fields?: EntryFields;
} {
  const { index, kind, timestampUs, logTimeMs, command, fields } = of;
  const hex = Buffer.from(command).toString('hex');
  const time = { timestampUs, logTimeMs };
  return { index, term: of.term, kind, ...time, command: hex, ...(fields === undefined ? {} : { fields }) };
}
