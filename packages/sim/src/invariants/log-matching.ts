import type { EntryTime, LogEntry } from '@quorate/raft';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { Invariant, Violated } from './cluster-view.ts';

interface Known {
  readonly entry: LogEntry;
  /** Of the entry before it. */
  readonly previousTerm: number | null;
}

/**
 * Log matching (Raft figure 3, §5.3): if two logs contain an entry with the same index and term, then the logs are identical
 * in all entries up through the given index. Each (index, term) has one command and follows one term, everywhere and always:
 * the rest is induction.
 */
export class LogMatching implements Invariant {
  readonly name = 'log matching';
  readonly #violated: Violated;
  /** By index, then by term. */
  readonly #known: Map<number, Known>[] = [];

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  entriesStaged(node: SimulatedNode, process: SimulatedProcess, entries: readonly LogEntry[]): void {
    let previousTerm: number | null = process.storage.termAt(process.storage.lastIndex);
    for (const entry of entries) {
      this.#see(node, entry, previousTerm);
      previousTerm = entry.term;
    }
  }

  #see(node: SimulatedNode, entry: LogEntry, previousTerm: number | null): void {
    let atIndex = this.#known[entry.index];
    if (atIndex === undefined) {
      atIndex = new Map();
      this.#known[entry.index] = atIndex;
    }
    const known = atIndex.get(entry.term);
    if (known === undefined) {
      atIndex.set(entry.term, { entry, previousTerm });
      return;
    }
    const where = `${node.id} at ${entry.index} of term ${entry.term}`;
    if (known.previousTerm !== previousTerm) {
      this.#violated(`${where}: follows term ${previousTerm}, elsewhere term ${known.previousTerm}`);
    }
    if (!isSame(known.entry, entry)) this.#violated(`${where}: not the entry that another log has there`);
  }
}

/** Whether two entries are the same in all that counts. */
export function isSame(one: LogEntry, other: LogEntry): boolean {
  if (one === other) return true;
  const isSamePlace = one.term === other.term && one.index === other.index && one.kind === other.kind;
  return isSamePlace && isSameTime(one, other) && sameBytes(one, other);
}

const isSameTime = (one: EntryTime, other: EntryTime): boolean =>
  one.timestampUs === other.timestampUs && one.logTimeMs === other.logTimeMs;

function sameBytes({ command: one }: LogEntry, { command: other }: LogEntry): boolean {
  return one === other || (one.length === other.length && one.every((byte, at) => byte === other[at]));
}
