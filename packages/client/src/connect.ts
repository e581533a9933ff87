import { Unavailable } from './errors.ts';
import type { ConnectOptions } from './options.ts';
import type { Store } from './store.ts';

/**
 * Connects to the nodes of a group. It resolves once NATS answers; whether there are nodes, and a leader, shows with the first call.
 * @throws {Unavailable} if no NATS server answers
 * @throws {InvalidRequest} if an option is wrong
 */
export async function connect(options: ConnectOptions = {}): Promise<Store> {
  throw new Unavailable(`not implemented: ${JSON.stringify(options.servers)}`);
}
