import { decode, encode } from '@msgpack/msgpack';
import type { NatsConnection } from 'nats';
import type { Item } from './durable-pair.ts';

const requestTimeoutMs = 5_000;

interface Waiting {
  readonly item: Item;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** One connection, whose callers share a message when they are ready together; one message is under way at a time. */
export class SharedLane {
  readonly #connection: NatsConnection;
  #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Writes an item. */
  put(item: Item): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ item, done, failed });
      queueMicrotask(() => void this.#sendNext());
    });
  }

  async #sendNext(): Promise<void> {
    if (this.#isBusy || this.#waiting.length === 0) return;
    this.#isBusy = true;
    const sent = this.#waiting;
    this.#waiting = [];
    try {
      const message = encode(sent.map(({ item }) => item));
      const { data } = await this.#connection.request('limit.put', message, { timeout: requestTimeoutMs });
      if (decode(data) !== sent.length) throw new Error('not all items were taken');
      for (const { done } of sent) done();
    } catch (error) {
      for (const { failed } of sent) failed(error);
    }
    this.#isBusy = false;
    void this.#sendNext();
  }
}
