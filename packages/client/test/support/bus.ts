import { type Broker, startBroker } from '@quorate/broker';
import { onTestFinished } from 'vitest';
import { type ConnectOptions, connect, type Store } from '../../src/index.ts';
import { type Behaviour, FakeNode } from './fake-node.ts';

/** A bus of a test's own, that can break, with nodes on it; all of it ends with the test. */
export class TestBus {
  #broker: Broker;

  private constructor(broker: Broker) {
    this.#broker = broker;
  }

  /** Starts a broker on a free port. */
  static async start(): Promise<TestBus> {
    const bus = new TestBus(await startBroker());
    onTestFinished(() => bus.stop());
    return bus;
  }

  get url(): string {
    return this.#broker.url;
  }

  /** Ends all connections. */
  async stop(): Promise<void> {
    await this.#broker.close();
  }

  /** Listens again, under the same address. */
  async restart(): Promise<void> {
    this.#broker = await startBroker({ port: this.#broker.port });
  }

  /** A node on the bus. */
  async node(id: string, behaviour?: Behaviour): Promise<FakeNode> {
    const node = await FakeNode.start(this.url, id, behaviour);
    onTestFinished(() => node.stop());
    return node;
  }

  /** A store on the bus, whose writes go without a session unless `options` say otherwise. */
  async store(options: ConnectOptions = {}): Promise<Store> {
    const store = await connect({ servers: this.url, sessions: false, ...options });
    onTestFinished(() => store.close());
    return store;
  }
}

/** The error that `promise` is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`rejected with ${String(error)}`);
  }
  throw new Error('it was not rejected');
}

/** The code of the error that `promise` is rejected with. */
export const codeOf = async (promise: Promise<unknown>): Promise<string | undefined> => (await errorOf(promise)).code;

/** Resolves when `condition` holds, looking every few milliseconds; the test's own time is its limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
