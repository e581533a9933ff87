import { type Actor, type Address, type Context, clusterName, groupId, nodeId, type Sender } from '@quorate/actor';
import { RediallingConnection } from '@quorate/nats-connection';
import { type FlushOutcome, MemoryLogStorage, silentPorts } from '@quorate/raft';
import type { ActorMessage } from '@quorate/wire';
import { onTestFinished } from 'vitest';
import { DropCounter } from '../../src/drop-counter.ts';
import { GroupHost, type GroupHostOptions } from '../../src/group-host.ts';
import { PeerBus } from '../../src/peer-bus.ts';

const group = groupId('config');
/** How the hosted node signs. */
export const identity: Sender = { node: nodeId('n1'), storageId: 's1', incarnation: 1 };
/** An actor of the group. */
export const at = <Message = ActorMessage>(actor: string, node = 'n1'): Address<Message> => ({
  node: nodeId(node),
  group,
  actor,
});
/** A message that is its kind alone. */
export const kind = (name: string): ActorMessage => ({ kind: name });

/** A storage whose flushes are counted, and end when the test lets them. */
class CountedStorage extends MemoryLogStorage {
  readonly flushedUpTo: number[] = [];
  #done: ((outcome: FlushOutcome) => void) | null = null;

  constructor() {
    super({ immediate: false });
  }

  override flush(done: (outcome: FlushOutcome) => void): void {
    this.flushedUpTo.push(this.written);
    this.#done = done;
    super.flush(done);
  }

  failFlush(error: Error): void {
    this.#done?.({ kind: 'failed', error });
  }
}

/** A host of a group on a node, and what became of what it was told. */
export interface Hosted {
  readonly host: GroupHost;
  readonly storage: CountedStorage;
  readonly bus: PeerBus;
  readonly connection: RediallingConnection;
  /** What actors got, as `actor: kind`. */
  readonly got: string[];
  readonly failures: unknown[];
  /** Starts an actor that notes what it gets, and then does as the test says. */
  start(actor: string, receive?: (message: ActorMessage, context: Context<ActorMessage>, from: Sender) => void): void;
  /** Tells the actor of this node, and lets the turn happen. */
  tell(actor: string, ...kinds: readonly string[]): Promise<void>;
}

/** Hosts a group without any NATS, unless the connection is started. It is stopped when the test ends. */
export function hosted(
  localDelivery: GroupHostOptions['localDelivery'] = 'memory',
  servers = '127.0.0.1:1',
  stages = silentPorts.stages,
): Hosted {
  const storage = new CountedStorage();
  const got: string[] = [];
  const failures: unknown[] = [];
  const cluster = clusterName('main');
  const connection = new RediallingConnection(
    { nats: { servers } },
    { connected: (fresh, epoch) => bus.listen(fresh, epoch), disconnected: () => {} },
  );
  onTestFinished(() => connection.close());
  const { logger } = silentPorts;
  const drops = new DropCounter(logger, () => 0);
  const bus = new PeerBus({
    cluster,
    clusterId: 'c1',
    identity,
    connection,
    logger,
    drops,
    tracer: null,
    isRemoved: () => false,
  });
  const host = new GroupHost({
    group,
    identity,
    bus,
    storage,
    localDelivery,
    now: () => 7,
    wallNow: () => 1_700_000_000_000,
    random: () => 0.25,
    stages,
    onFailure: (actor, error, watched) => void failures.push([actor, String(error), watched]),
    onFlushFailed: (error) => void failures.push(['flush', String(error)]),
  });
  onTestFinished(() => {
    storage.completeFlush();
    return host.stop();
  });
  const start: Hosted['start'] = (name, receive = () => {}) => {
    host.system.start<ActorMessage>(
      name,
      (context): Actor<ActorMessage> => ({
        receive: (message, from) => {
          got.push(`${name}: ${message.kind}`);
          receive(message, context, from);
        },
      }),
    );
  };
  const tell: Hosted['tell'] = async (actor, ...kinds) => {
    for (const name of kinds) host.tell(at(actor), kind(name));
    await loopTurn();
  };
  return { host, storage, bus, connection, got, failures, start, tell };
}

/** One turn of the event loop. */
export const loopTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets the event loop turn until `holds`. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await loopTurn();
}
