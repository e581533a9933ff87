import { startBroker } from '@quorate/broker';
import { startNatsServer } from './nats-server.ts';

/** A bus that runs for a test, on loopback. */
export interface TestBus {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a bus, on a free port unless one is named. */
export type StartTestBus = (port?: number) => Promise<TestBus>;

const startEmbeddedBroker: StartTestBus = async (port = 0) => {
  const broker = await startBroker({ port });
  return { url: broker.url, port: broker.port, stop: () => broker.close() };
};

const startRealServer: StartTestBus = (port) => startNatsServer(port === undefined ? {} : { port });

/** What everything that stands on NATS is tried on. */
export const buses: readonly (readonly [name: string, start: StartTestBus])[] = [
  ['the embedded broker', startEmbeddedBroker],
  ['nats-server', startRealServer],
];
