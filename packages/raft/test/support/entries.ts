import { type Configuration, configurationOf, type EntryTime, type LogEntry, logIndex, term } from '../../src/index.ts';
import { senderOf } from './fake-context.ts';

/** Bytes of a text. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Entries with these terms, one after the other from `from` on. */
export const entriesOf = (terms: readonly number[], from = 1): LogEntry[] =>
  terms.map((value, at) => entryOf(value, from + at));

/** One entry; its command tells term and index. */
export const entryOf = (value: number, index: number, command: Uint8Array = bytes(`${value}@${index}`)): LogEntry => ({
  term: term(value),
  index: logIndex(index),
  kind: 'command',
  command,
  ...timeOf(index),
});

/** The time of the entry at `index`, unless a test wants it otherwise. */
export const timeOf = (index: number): EntryTime => ({ timestampUs: 1000 * index, logTimeMs: index });

/** The terms of a log, as the figures of the paper show it. */
export const termsOf = (log: readonly LogEntry[]): number[] => log.map((entry) => entry.term);

/** A configuration of these nodes, each with its usual disk. */
export const votersOf = (...ids: readonly string[]): Configuration =>
  configurationOf(ids.map((id) => ({ id: senderOf(id).node, storageId: senderOf(id).storageId })));
