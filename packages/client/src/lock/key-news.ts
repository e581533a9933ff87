import { keyTokens } from '@quorate/config-store';
import { changesSubject } from '@quorate/wire';
import type { NatsConnection } from 'nats';
import type { GroupAccess } from '../group-access.ts';
import type { Lifetime } from '../lifetime.ts';
import { waitFor } from '../wait.ts';

/**
 * Hears that a key, or one below it, may have changed. The stream of changes may lose one: so whoever waits looks again after a while anyway.
 */
export class KeyNews {
  readonly #access: GroupAccess;
  readonly #tokens: string;
  readonly #listeners = new Set<() => void>();
  readonly #stop: () => void;
  readonly #unsubscribe = new Set<() => void>();
  #count = 0;

  constructor(access: GroupAccess, key: string) {
    this.#access = access;
    this.#tokens = keyTokens(key);
    this.#stop = access.link.listen({ connected: (connection) => this.#subscribe(connection) });
  }

  /** A mark before what is read next. */
  mark(): number {
    return this.#count;
  }

  /** Resolves when something has changed since `mark`, or after `atMostMs`; rejects with the lifetime's error when that ends first. */
  async since(mark: number, atMostMs: number, lifetime: Lifetime): Promise<void> {
    if (this.#count !== mark) return;
    const { clock } = this.#access;
    await waitFor<true>({ clock, lifetime, timeoutMs: atMostMs }, (settle) => {
      const listener = (): void => settle(true);
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    });
  }

  /** Hears nothing any more. */
  close(): void {
    this.#stop();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe.clear();
  }

  #subscribe(connection: NatsConnection): void {
    const { cluster, group } = this.#access;
    this.#unsubscribe.clear();
    for (const tokens of [this.#tokens, `${this.#tokens}.>`]) {
      try {
        const callback = (error: Error | null): void => {
          if (error === null) this.#heard();
        };
        const subscription = connection.subscribe(changesSubject(cluster, group, tokens), { callback });
        this.#unsubscribe.add(() => subscription.unsubscribe());
      } catch {
        // It broke in this very moment, which is told next.
      }
    }
    // What was told before that is not known.
    this.#heard();
  }

  #heard(): void {
    this.#count += 1;
    for (const listener of [...this.#listeners]) listener();
  }
}
