import type { Entry } from './store.ts';
import type { LiveView, StateOrChanges, ViewChange, WatchedChange } from './watch.ts';

/** Keeps the state of some keys as it is told of it. */
export class LiveEntries implements LiveView {
  readonly ended: Promise<void>;
  readonly #told: AsyncIterableIterator<StateOrChanges>;
  readonly #onChange: (change: ViewChange) => void;
  #entries: Map<string, Entry>;
  #revision: bigint;

  private constructor(
    told: AsyncIterableIterator<StateOrChanges>,
    state: StateOrChanges & { readonly kind: 'state' },
    onChange: (change: ViewChange) => void,
  ) {
    this.#told = told;
    this.#onChange = onChange;
    this.#entries = mapOf(state.entries);
    this.#revision = state.revision;
    this.ended = this.#follow();
    // Whoever does not ask need not know.
    this.ended.catch(() => {});
  }

  /** Resolves with the first state. */
  static async open(
    told: AsyncIterableIterator<StateOrChanges>,
    onChange: (change: ViewChange) => void,
  ): Promise<LiveEntries | null> {
    const { value: first } = await told.next();
    return first?.kind === 'state' ? new LiveEntries(told, first, onChange) : null;
  }

  get entries(): ReadonlyMap<string, Entry> {
    return this.#entries;
  }

  get revision(): bigint {
    return this.#revision;
  }

  async close(): Promise<void> {
    await this.#told.return?.();
  }

  async #follow(): Promise<void> {
    try {
      for await (const told of this.#told) {
        const keys = told.kind === 'state' ? this.#replace(told.entries) : this.#apply(told.changes);
        this.#revision = told.revision;
        if (keys.length > 0) this.#onChange({ revision: told.revision, keys });
      }
    } finally {
      await this.#told.return?.();
    }
  }

  #apply(changes: readonly WatchedChange[]): readonly string[] {
    const keys: string[] = [];
    for (const change of changes) {
      if (change.op === 'delete') this.#entries.delete(change.key);
      // What is not kept any more was written again since: that change comes too.
      else if (change.value === null) continue;
      else this.#entries.set(change.key, entryOf(change, change.value));
      keys.push(change.key);
    }
    return keys;
  }

  #replace(entries: readonly Entry[]): readonly string[] {
    const before = this.#entries;
    this.#entries = mapOf(entries);
    const keys = new Set([...before.keys(), ...this.#entries.keys()]);
    return [...keys].filter((key) => before.get(key)?.modRevision !== this.#entries.get(key)?.modRevision);
  }
}

const mapOf = (entries: readonly Entry[]): Map<string, Entry> => new Map(entries.map((entry) => [entry.key, entry]));

function entryOf(change: WatchedChange & { readonly op: 'put' }, value: Uint8Array): Entry {
  const { key, revision: modRevision, createRevision, version, lease, contentType } = change;
  return { key, value, createRevision, modRevision, version, lease, contentType };
}
