import { QuorateError, type Store } from '@quorate/client';
import { eventually } from './eventually.ts';

/** One write that was asked for, and what its caller was told. Its value is like no other's. */
export interface Attempt {
  readonly kind: 'put' | 'increment';
  readonly key: string;
  readonly value: string;
  /** `written`: acknowledged. `notWritten`: certainly not made. `unknown`: made or not, but once at most. */
  readonly outcome: 'written' | 'notWritten' | 'unknown';
  readonly revision: bigint | null;
  /** Of the error, if there was one. */
  readonly code: string | null;
  readonly message: string | null;
  /** How long its caller waited, and until when, on this process's clock. */
  readonly tookMs: number;
  readonly endedAtMs: number;
}

/** What the SDK promises of a write that failed with such a code, and of a read: nothing was changed. */
const notWrittenCodes: ReadonlySet<string> = new Set(['NoLeader', 'Unavailable', 'Timeout', 'RevisionMismatch']);
const readFailures: ReadonlySet<string> = new Set(['NoLeader', 'Unavailable', 'Timeout']);

const counters = 4;

/**
 * Callers who write without pause: each puts keys that nobody else writes, and by turns increments a counter that others
 * increment too, by its revision.
 */
export class Workload {
  readonly attempts: Attempt[] = [];
  readonly #callers: readonly Promise<void>[];
  #written = 0;
  #stopped = false;
  #failure: { readonly error: unknown } | null = null;

  /** Starts the callers, shared out among the stores. */
  constructor(stores: readonly Store[], callers = 16) {
    this.#callers = Array.from({ length: callers }, async (_, caller) => {
      const store = stores[caller % stores.length];
      if (store !== undefined) await this.#call(store, caller).catch((error: unknown) => this.#fail(error));
    });
  }

  /** Resolves when so many more writes were acknowledged. Two for each caller cannot all have been under way before. */
  async progress(writes = 2 * this.#callers.length): Promise<void> {
    const enough = this.#written + writes;
    await eventually(`${writes} more writes are acknowledged`, async () => {
      if (this.#failure !== null) throw this.#failure.error;
      return this.#written >= enough ? true : null;
    });
  }

  /** Lets the callers end what they are at, and gives all attempts. @throws what a caller was thrown and could not expect */
  async stop(): Promise<readonly Attempt[]> {
    this.#stopped = true;
    await Promise.all(this.#callers);
    if (this.#failure !== null) throw this.#failure.error;
    return this.attempts;
  }

  async #call(store: Store, caller: number): Promise<void> {
    for (let turn = 0; !this.#stopped; turn += 1) {
      const name = `${caller}.${turn}`;
      if (turn % 2 === 0)
        await this.#write(store, { kind: 'put', key: `/unique/${caller}/${turn}`, value: `value ${name}` });
      else await this.#increment(store, `/counters/${caller % counters}`, name);
    }
  }

  async #increment(store: Store, key: string, name: string): Promise<void> {
    try {
      const entry = await store.get(key);
      const count = entry === null ? 0 : countOf(entry.value);
      const ifRevision = entry?.modRevision ?? 0n;
      await this.#write(store, { kind: 'increment', key, value: `${count + 1} by ${name}`, ifRevision });
    } catch (error) {
      if (!readFailures.has(codeOf(error))) throw error;
    }
  }

  async #write(
    store: Store,
    write: Pick<Attempt, 'kind' | 'key' | 'value'> & { readonly ifRevision?: bigint },
  ): Promise<void> {
    const { ifRevision, ...asked } = write;
    const { key, value } = asked;
    const askedAtMs = performance.now();
    const times = (): Pick<Attempt, 'tookMs' | 'endedAtMs'> => {
      const endedAtMs = performance.now();
      return { tookMs: endedAtMs - askedAtMs, endedAtMs };
    };
    try {
      const { revision } = await store.put(key, value, ifRevision === undefined ? {} : { ifRevision });
      this.attempts.push({ ...asked, outcome: 'written', revision, code: null, message: null, ...times() });
      this.#written += 1;
    } catch (error) {
      const code = codeOf(error);
      const outcome = code === 'OutcomeUnknown' ? 'unknown' : notWrittenCodes.has(code) ? 'notWritten' : null;
      if (outcome === null) throw error;
      const message = error instanceof Error ? error.message : null;
      this.attempts.push({ ...asked, outcome, revision: null, code, message, ...times() });
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stopped = true;
  }
}

/** The number in a counter's value. */
export const countOf = (value: Uint8Array): number => Number.parseInt(Buffer.from(value).toString(), 10);

const codeOf = (error: unknown): string => (error instanceof QuorateError ? error.code : '');
