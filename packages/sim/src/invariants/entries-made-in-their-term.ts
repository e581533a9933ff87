import type { LogEntry } from '@quorate/raft';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { Invariant, Violated } from './cluster-view.ts';

/** More terms than a run has. */
const maxTerms = 2 ** 20;

/**
 * A leader makes entries in its own term, and nobody else makes any (Raft §5.3): what no log has had yet has the term of the
 * node that adds it. And no log holds an entry of a term that its node is not in yet (openraft, io_ordering.md: the term is
 * persisted before that term's entries).
 */
export class EntriesMadeInTheirTerm implements Invariant {
  readonly name = 'entries are made in their own term';
  readonly #violated: Violated;
  readonly #made = new Set<number>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  /** What a disk holds when a process begins was made before. */
  started({ disk }: SimulatedNode): void {
    for (const { index, term } of disk.entries) this.#made.add(index * maxTerms + term);
  }

  entriesStaged(node: SimulatedNode, process: SimulatedProcess, entries: readonly LogEntry[]): void {
    const { currentTerm } = process.storage.hardState;
    for (const { index, term } of entries) {
      const key = index * maxTerms + term;
      if (term > currentTerm) this.#violated(`${node.id} adds ${index} of term ${term} in term ${currentTerm}`);
      if (this.#made.has(key)) continue;
      this.#made.add(key);
      if (term < currentTerm) this.#violated(`${node.id} makes ${index} of term ${term} in term ${currentTerm}`);
    }
  }
}
