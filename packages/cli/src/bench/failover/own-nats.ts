import { startNatsServer, TcpRelay } from '@quorate/local-machine';
import { UsageError } from '../../command-error.ts';
import type { NatsSettings } from '../../options/nats-settings.ts';

type OnEnd = (end: () => Promise<void>) => void;

const natsPort = 4222;

/** Starts a nats-server, ended by what `onEnd` is given. @throws {UsageError} if there is none on this machine, or it does not start */
export async function ownNats(program: string, onEnd: OnEnd): Promise<NatsSettings> {
  const server = await startNatsServer({ program }).catch((error: unknown) => {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const advice = 'install nats-server, name it with --nats-server, or give --nats';
    const reason = isMissing ? `there is no ${program}: ${advice}` : String(error);
    throw new UsageError(reason, { cause: error });
  });
  onEnd(() => server.stop());
  return { servers: [server.url], credentials: { kind: 'none' }, tls: null, inboxPrefix: null };
}

/** For each node a road of its own to NATS, that can be cut; closed by what `onEnd` is given. */
export async function relaysTo(
  nats: NatsSettings,
  ids: readonly string[],
  onEnd: OnEnd,
): Promise<ReadonlyMap<string, TcpRelay>> {
  const { hostname: host, port } = new URL(nats.servers[0] ?? '');
  const relays = new Map<string, TcpRelay>();
  for (const id of ids) {
    const relay = await TcpRelay.start({ host, port: port === '' ? natsPort : Number(port) });
    onEnd(() => relay.close());
    relays.set(id, relay);
  }
  return relays;
}
