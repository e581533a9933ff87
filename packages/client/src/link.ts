import type { NatsConnection } from 'nats';
import { type WaitLimits, waitFor } from './wait.ts';

/** What is told of a link. Neither may throw. */
export interface LinkListener {
  /** A connection stands, and knows nothing of subscriptions that were made before. */
  connected?(connection: NatsConnection): void;
  /** It stands no more: what was under way on it is lost. */
  disconnected?(): void;
}

/**
 * The connection to NATS, which comes and goes. Whoever publishes asks for it each time and keeps nothing for later: so nothing
 * that was made before a break is sent after it.
 */
export class Link {
  readonly #listeners = new Set<LinkListener>();
  readonly #close: () => Promise<void>;
  #connection: NatsConnection | null = null;
  #broken: string | null = null;

  /** `close` ends what stands behind it. */
  constructor(close: () => Promise<void>) {
    this.#close = close;
  }

  /** The connection, if it stands. */
  get connection(): NatsConnection | null {
    return this.#connection !== null && isUsable(this.#connection) ? this.#connection : null;
  }

  /** Why there will be no connection any more, or null. */
  get broken(): string | null {
    return this.#broken;
  }

  /** Tells `listener` of each change, and of the connection that stands now. It returns how to stop that. */
  listen(listener: LinkListener): () => void {
    this.#listeners.add(listener);
    if (this.#connection !== null) listener.connected?.(this.#connection);
    return () => this.#listeners.delete(listener);
  }

  /** The connection as soon as it stands, or null if it does not in time, or never will. Rejects when the lifetime ends. */
  async whenConnected(limits: WaitLimits): Promise<NatsConnection | null> {
    if (this.connection !== null || this.#broken !== null) return this.connection;
    return waitFor<NatsConnection | null>(limits, (settle) =>
      this.listen({
        connected: (connection) => {
          if (isUsable(connection)) settle(connection);
        },
        disconnected: () => {
          if (this.#broken !== null) settle(null);
        },
      }),
    );
  }

  /** Tells that a connection stands. */
  opened(connection: NatsConnection): void {
    this.#connection = connection;
    for (const listener of [...this.#listeners]) listener.connected?.(connection);
  }

  /** Tells that it stands no more; with a reason: for good. */
  lost(broken: string | null = null): void {
    this.#connection = null;
    this.#broken ??= broken;
    for (const listener of [...this.#listeners]) listener.disconnected?.();
  }

  /** Ends the connection, if it is the SDK's. */
  async close(): Promise<void> {
    await this.#close();
  }
}

const isUsable = (connection: NatsConnection): boolean => !connection.isClosed() && !connection.isDraining();
