import { checkClientName } from '@quorate/config-store';
import { checkSessions } from './check-options.ts';
import { openGroupAccess } from './group-access.ts';
import type { ConnectOptions } from './options.ts';
import type { Store } from './store.ts';
import { StoreClient } from './store-client.ts';

/**
 * Connects to the nodes of a group. It resolves once NATS answers; whether there are nodes, and a leader, shows with the first call. From
 * then on it connects again by itself whenever the connection breaks, until it is closed.
 * @throws {Unavailable} if no NATS server answers
 * @throws {InvalidRequest | InvalidCommand} if an option is wrong
 */
export async function connect(options: ConnectOptions = {}): Promise<Store> {
  checkSessions(options.sessions);
  checkClientName(options.client);
  return new StoreClient(await openGroupAccess(options), options);
}
