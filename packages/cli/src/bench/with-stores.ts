import { connect, type Store } from '@quorate/client';
import type { Command } from 'commander';
import { connectOptions } from '../with-store.ts';

/** The connections that callers share: one at least. */
export class Stores {
  readonly first: Store;
  readonly #others: readonly Store[];

  constructor(first: Store, others: readonly Store[]) {
    this.first = first;
    this.#others = others;
  }

  /** The one that a caller of that number calls on. */
  of(caller: number): Store {
    return this.#others[(caller % (this.#others.length + 1)) - 1] ?? this.first;
  }

  async close(): Promise<void> {
    await Promise.all([this.first, ...this.#others].map((store) => store.close()));
  }
}

/** Connects so many times to the group that a command's flags name, unless `signal` ends that, and closes all however `use` ends. */
export async function withStores(
  command: Command,
  connections: number,
  signal: AbortSignal,
  use: (stores: Stores) => Promise<void>,
): Promise<void> {
  // As programs have them, and unlike commands, which write once.
  const options = { ...connectOptions(command), sessions: true, signal };
  // One by one: if there is no NATS, the first says so, and no other is left open.
  const first = await connect(options);
  const others: Store[] = [];
  const stores = new Stores(first, others);
  try {
    while (others.length < connections - 1) others.push(await connect(options));
    await use(stores);
  } finally {
    await stores.close();
  }
}
