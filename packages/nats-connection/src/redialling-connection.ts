import { type ConnectionOptions, DebugEvents, Events, type MsgHdrs, type NatsConnection } from 'nats';
import { dial } from './dial.ts';

/** What is told of a connection's life. Neither may throw. */
export interface ConnectionEvents {
  /** A new connection stands; subscriptions are to be made anew. Epochs count the connections, from 1. */
  connected(connection: NatsConnection, epoch: number): void;
  /** It broke, or a dial failed (`epoch` null). Another dial follows. */
  disconnected(error: Error | null, epoch: number | null): void;
}

/** Where and as whom to connect, and how patiently. */
export interface RedialOptions {
  /** Servers and credentials. Its settings of reconnecting and pinging are not used. */
  readonly nats: ConnectionOptions;
  /** Uniform in [0, 1): spreads the redials of many clients. */
  readonly random?: () => number;
  /** The wait between two dials grows up to this, or by chance to half as much again; a second unless given. */
  readonly longestRedialMs?: number;
}

/** What goes with a message. */
export interface PublishOptions {
  readonly headers?: MsgHdrs;
  /** Where answers are to go. NATS itself answers there if nobody listens to the message. */
  readonly reply?: string;
}

const dialTimeoutMs = 2_000;
const firstRedialMs = 20;
const usualLongestRedialMs = 1_000;
/** A server that does not answer for two of these is taken for gone. */
const pingIntervalMs = 1_000;
/** How long a connection that ends may take to write what is left. */
const lastWritesMs = 500;

/**
 * Dials until it is closed. One connection is one epoch: what belonged to an older one is gone with it. nats.js's own
 * reconnecting is off, because it sends what was published during a slow dial when the dial succeeds at last.
 */
export class RediallingConnection {
  readonly #options: RedialOptions;
  readonly #events: ConnectionEvents;
  readonly #servers: Set<string>;
  #connection: NatsConnection | null = null;
  #epoch = 0;
  #failures = 0;
  #redial: NodeJS.Timeout | null = null;
  readonly #closing = new AbortController();

  constructor(options: RedialOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.#servers = new Set([options.nats.servers ?? '127.0.0.1:4222'].flat());
  }

  /** Begins to dial. */
  start(): void {
    void this.#dial();
  }

  /** The connection that stands, or null. */
  get connection(): NatsConnection | null {
    return this.#connection;
  }

  /** The number of the newest connection; 0 before the first. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Publishes if a connection stands. False if none does, or the message is too large: nothing is kept for later. */
  publish(subject: string, payload: Uint8Array, options: PublishOptions = {}): boolean {
    if (this.#connection === null || this.#connection.isClosed()) return false;
    try {
      // A copy: nats.js writes into it.
      this.#connection.publish(subject, payload, { ...options });
      return true;
    } catch {
      return false;
    }
  }

  /** Resolves when what was published has left, or the connection that stands is gone: nats.js itself would say nothing of a flush any more. */
  async flushed(): Promise<void> {
    const connection = this.#connection;
    if (connection === null || connection.isClosed()) return;
    await Promise.race([connection.flush().catch(() => {}), connection.closed()]);
  }

  /** Ends the connection, after what was published has left, and a dial that is under way, and dials no more. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#redial !== null) clearTimeout(this.#redial);
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null || connection.isClosed()) return;
    await atMost(lastWritesMs, connection.flush());
    await connection.close();
  }

  async #dial(): Promise<void> {
    try {
      const options: ConnectionOptions = {
        timeout: dialTimeoutMs,
        noAsyncTraces: true,
        ...this.#options.nats,
        servers: [...this.#servers],
        reconnect: false,
        waitOnFirstConnect: false,
        pingInterval: pingIntervalMs,
        maxPingOut: 2,
      };
      const connection = await dial(options, this.#closing.signal);
      this.#failures = 0;
      await this.#established(connection);
    } catch (error) {
      this.#failures += 1;
      this.#lost(error instanceof Error ? error : new Error(String(error)), null);
    }
  }

  async #established(connection: NatsConnection): Promise<void> {
    if (this.#closing.signal.aborted) return connection.close();
    this.#epoch += 1;
    const epoch = this.#epoch;
    this.#connection = connection;
    this.#learn(connection.info?.connect_urls ?? []);
    void this.#watch(connection);
    void connection.closed().then((error) => {
      if (this.#connection !== connection) return;
      this.#connection = null;
      this.#lost(error instanceof Error ? error : null, epoch);
    });
    this.#events.connected(connection, epoch);
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type, data } of connection.status()) {
      if (type === DebugEvents.StaleConnection) void this.#end(connection);
      // A cluster of servers tells its clients of servers that come to it later.
      if (type === Events.Update && typeof data === 'object' && 'added' in data) this.#learn(data.added ?? []);
    }
  }

  /** nats.js ends a connection that it gave up only when all is written, which a server that stands still prevents. */
  async #end(connection: NatsConnection): Promise<void> {
    await atMost(lastWritesMs, connection.closed());
    await connection.close();
  }

  #learn(urls: readonly string[]): void {
    for (const url of urls) this.#servers.add(url);
  }

  #lost(error: Error | null, epoch: number | null): void {
    if (this.#closing.signal.aborted) return;
    this.#events.disconnected(error, epoch);
    const { random = Math.random, longestRedialMs = usualLongestRedialMs } = this.#options;
    const delayMs = Math.min(longestRedialMs, firstRedialMs * 2 ** Math.min(this.#failures, 10)) * (0.5 + random());
    this.#redial = setTimeout(() => {
      void this.#dial();
    }, delayMs);
  }
}

/**
 * Waits for `work`, however it ends, and no longer than that. The timer holds the process: a connection that breaks meanwhile answers
 * nothing any more, and a process that waited for it with nothing else to do would end without a word.
 */
async function atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work.catch(() => {}), limit]);
  clearTimeout(timer);
}
