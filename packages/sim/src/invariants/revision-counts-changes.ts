import type { LogEntry } from '@quorate/raft';
import type { SimulatedNode } from '../host/simulated-node.ts';
import { changesOf, type PlainTransaction } from '../workload/client-transactions.ts';
import { isLeaseWork, type PlainWrite, plainCodec } from '../workload/plain-codec.ts';
import type { Invariant, Violated } from './cluster-view.ts';
import { LoggedLeases } from './logged-leases.ts';

/** A session, as the log alone has it. */
interface LoggedSession {
  readonly ttlMs: number;
  heardAtMs: number;
  floor: number;
  /** The sequences of all writes that were done. */
  readonly done: Set<number>;
}

/**
 * The store's revision is up by one for each transaction that changes something, and for nothing else. What a session asks for again is
 * no other transaction, and what comes in a session that has ended, or below its floor, is none. The end of a lease that has keys is one.
 */
export class RevisionCountsChanges implements Invariant {
  readonly name = 'the revision counts changes';
  readonly #violated: Violated;
  /** By index, the revision after it. */
  readonly #revisions: number[] = [0];
  /** By key, the revision of its last change; as of the last of these indexes. */
  readonly #keys = new Map<string, number>();
  readonly #sessions = new Map<number, LoggedSession>();
  readonly #leases = new LoggedLeases();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  applied({ id, stateMachine }: SimulatedNode, _process: unknown, entries: readonly LogEntry[]): void {
    for (const entry of entries) if (entry.index === this.#revisions.length) this.#count(entry);
    const expected = this.#revisions[stateMachine.lastApplied];
    const { revision, lastApplied } = stateMachine;
    if (revision !== expected) this.#violated(`${id} has revision ${revision} at ${lastApplied}, not ${expected}`);
  }

  #count(entry: LogEntry): void {
    const { kind, command: bytes, index, logTimeMs } = entry;
    const before = this.#revisions.at(-1) ?? 0;
    if (kind === 'noop') return void this.#revisions.push(before + (this.#leases.told(entry) ? 1 : 0));
    const command = kind === 'command' && bytes.length > 0 ? plainCodec.decodeCommand(bytes) : null;
    if (command?.kind === 'openSession') {
      const { ttlMs } = command;
      this.#sessions.set(index, { ttlMs, heardAtMs: logTimeMs, floor: 0, done: new Set() });
    }
    if (command !== null && isLeaseWork(command)) {
      return void this.#revisions.push(before + (this.#leases.run(command, entry, before + 1) ? 1 : 0));
    }
    const write = command === null || command.kind === 'openSession' ? null : command;
    const changes = write !== null && this.#isDone(write, entry) ? this.#changesOf(write) : [];
    const revision = changes.length > 0 ? before + 1 : before;
    this.#revisions.push(revision);
    for (const { key, isPut } of changes) {
      if (isPut) this.#keys.set(key, revision);
      else this.#keys.delete(key);
    }
  }

  /** What a write changes. */
  #changesOf(write: PlainWrite | PlainTransaction): readonly { readonly key: string; readonly isPut: boolean }[] {
    const revisionOf = (key: string): number => this.#keys.get(key) ?? 0;
    if (write.kind === 'txn') {
      return changesOf(write.asked, revisionOf).map(({ key, value }) => ({ key, isPut: value !== null }));
    }
    const { kind, key, ifRevision } = write;
    const current = revisionOf(key);
    if (ifRevision !== undefined && ifRevision !== current) return [];
    return kind === 'put' || current > 0 ? [{ key, isPut: kind === 'put' }] : [];
  }

  #isDone({ inSession }: PlainWrite | PlainTransaction, { logTimeMs }: LogEntry): boolean {
    if (inSession === undefined) return true;
    const session = this.#sessions.get(inSession.session);
    if (session === undefined || logTimeMs >= session.heardAtMs + session.ttlMs) return false;
    session.heardAtMs = logTimeMs;
    session.floor = Math.max(session.floor, inSession.floor);
    if (inSession.sequence <= session.floor || session.done.has(inSession.sequence)) return false;
    session.done.add(inSession.sequence);
    return true;
  }
}
