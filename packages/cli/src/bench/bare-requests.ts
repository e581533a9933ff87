import { randomUUID } from 'node:crypto';
import { connect, type NatsConnection } from 'nats';
import { connectionOptions } from '../options/connection-options.ts';
import type { NatsSettings } from '../options/nats-settings.ts';
import { startResponder } from './responder-process.ts';

/** What bare requests are made of. */
export interface BareRequestsOptions {
  readonly nats: NatsSettings;
  readonly connections: number;
  readonly requestBytes: number;
  readonly replyBytes: number;
  /** How long a request may take. */
  readonly timeoutMs: number;
}

/** Requests that NATS brings to another process, and replies that it brings back: what it takes without any store. */
export class BareRequests {
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly #connections: readonly NatsConnection[];
  readonly #subject: string;
  readonly #payload: Uint8Array;
  readonly #timeoutMs: number;
  readonly #stopResponder: () => Promise<void>;

  private constructor(
    { requestBytes, replyBytes, timeoutMs }: BareRequestsOptions,
    subject: string,
    connections: readonly NatsConnection[],
    stopResponder: () => Promise<void>,
  ) {
    this.requestBytes = requestBytes;
    this.replyBytes = replyBytes;
    this.#connections = connections;
    this.#subject = subject;
    this.#payload = new Uint8Array(requestBytes);
    this.#timeoutMs = timeoutMs;
    this.#stopResponder = stopResponder;
  }

  /** Starts the process that answers, and connects. @throws {CommandFailure} @throws {NatsError} if they do not get through */
  static async start(options: BareRequestsOptions): Promise<BareRequests> {
    const { nats, replyBytes } = options;
    const subject = `quorate-bench.${randomUUID()}`;
    const stopResponder = await startResponder({ nats, subject, replyBytes });
    const connections: NatsConnection[] = [];
    const requests = new BareRequests(options, subject, connections, stopResponder);
    try {
      const settings = { ...connectionOptions(nats), name: 'quorate bench', noAsyncTraces: true };
      while (connections.length < options.connections) connections.push(await connect(settings));
      await requests.call(0);
      return requests;
    } catch (error) {
      await requests.close();
      throw error;
    }
  }

  /** One request, and its reply. */
  async call(caller: number): Promise<void> {
    const connection = this.#connections[caller % this.#connections.length];
    await connection?.request(this.#subject, this.#payload, { timeout: this.#timeoutMs });
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
    await this.#stopResponder();
  }
}
