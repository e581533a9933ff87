import type { LogEntry } from '@quorate/raft';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { Invariant, Violated } from './cluster-view.ts';

/**
 * A write is proposed again only if it entered no log (Raft §8: a command could else be executed twice): one command, one entry. Clients,
 * gateways and logs hand on the very bytes that were sent, so that two equal writes are told apart.
 */
export class CommandsProposedOnce implements Invariant {
  readonly name = 'a command enters the log once';
  readonly #violated: Violated;
  /** By the bytes of a command: the index and term of its entry. */
  readonly #entries = new Map<Uint8Array, LogEntry>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  entriesStaged(node: SimulatedNode, _process: unknown, entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      if (entry.kind !== 'command') continue;
      const known = this.#entries.get(entry.command);
      if (known === undefined) this.#entries.set(entry.command, entry);
      else if (known.index !== entry.index || known.term !== entry.term) {
        const [one, other] = [known, entry].map(({ index, term }) => `${index} of term ${term}`);
        this.#violated(`the command of entry ${one} is that of ${other} too, in the log of ${node.id}`);
      }
    }
  }
}
