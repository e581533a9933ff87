import * as localMachine from '@quorate/local-machine';
import { findNatsServer } from '../../infra/setup/nats-server.mjs';

export type { NatsServer } from '@quorate/local-machine';

/** What a nats-server is started with. */
export type NatsServerOptions = Omit<localMachine.NatsServerOptions, 'program'>;

/** Starts the nats-server of this machine, or Debian's in the clone's cache folder. @throws {Error} if there is none, or it does not start */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<localMachine.NatsServer> {
  return localMachine.startNatsServer({ program: await findNatsServer(), ...options });
}
