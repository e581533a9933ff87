import type { LogEntry } from '@quorate/raft';
import type { SimulatedNode } from '../host/simulated-node.ts';
import { plainCodec } from '../workload/plain-codec.ts';
import type { Invariant, Violated } from './cluster-view.ts';

/** The store's revision is up by one for each transaction that changes something, and for nothing else. */
export class RevisionCountsChanges implements Invariant {
  readonly name = 'the revision counts changes';
  readonly #violated: Violated;
  /** By index, the revision after it. */
  readonly #revisions: number[] = [0];
  /** By key, the revision of its last change; as of the last of these indexes. */
  readonly #keys = new Map<string, number>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  applied({ id, stateMachine }: SimulatedNode, _process: unknown, entries: readonly LogEntry[]): void {
    for (const entry of entries) if (entry.index === this.#revisions.length) this.#count(entry);
    const expected = this.#revisions[stateMachine.lastApplied];
    const { revision, lastApplied } = stateMachine;
    if (revision !== expected) this.#violated(`${id} has revision ${revision} at ${lastApplied}, not ${expected}`);
  }

  #count({ kind, command: bytes }: LogEntry): void {
    const before = this.#revisions.at(-1) ?? 0;
    const command = kind === 'command' && bytes.length > 0 ? plainCodec.decodeCommand(bytes) : null;
    const current = command === null ? 0 : (this.#keys.get(command.key) ?? 0);
    const isChange =
      command !== null &&
      (command.ifRevision === undefined || command.ifRevision === current) &&
      (command.kind === 'put' || current > 0);
    this.#revisions.push(isChange ? before + 1 : before);
    if (!isChange) return;
    if (command.kind === 'put') this.#keys.set(command.key, before + 1);
    else this.#keys.delete(command.key);
  }
}
