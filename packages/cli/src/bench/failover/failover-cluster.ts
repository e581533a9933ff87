import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ConnectOptions, connect, formCluster, type Store } from '@quorate/client';
import type { TcpRelay } from '@quorate/local-machine';
import { UsageError } from '../../command-error.ts';
import { lineOf } from '../../command-outcome.ts';
import { connectionOptions } from '../../options/connection-options.ts';
import { type NatsSettings, natsEnvironment } from '../../options/nats-settings.ts';
import { tuningArguments } from '../../options/node-options.ts';
import { say } from '../../output/output.ts';
import type { NodeProcessOptions } from '../../up/node-process.ts';
import { NodeProcesses } from '../../up/node-processes.ts';
import { waitForCluster } from '../../up/wait-for-cluster.ts';
import type { FailoverSettings, Fault } from './failover-settings.ts';
import { ownNats, relaysTo } from './own-nats.ts';
import { wholeCluster } from './whole-cluster.ts';

const ids = ['n1', 'n2', 'n3'] as const;

/** Three nodes of this machine, a nats-server of their own unless another is named, and what befalls the one that leads. */
export class FailoverCluster {
  readonly #options: ConnectOptions;
  readonly #fault: Fault;
  readonly #relays: ReadonlyMap<string, TcpRelay>;
  readonly #nodes: NodeProcesses;
  readonly #store: Store;

  private constructor(
    options: ConnectOptions,
    fault: Fault,
    relays: ReadonlyMap<string, TcpRelay>,
    nodes: NodeProcesses,
    store: Store,
  ) {
    this.#options = options;
    this.#fault = fault;
    this.#relays = relays;
    this.#nodes = nodes;
    this.#store = store;
  }

  /**
   * Starts all of it, and forms the cluster. What is started is ended by the functions that `onEnd` is given, the last first, however this
   * ends.
   * @throws {UsageError} if something is missing on this machine, or in the way
   */
  static async start(
    settings: FailoverSettings,
    onEnd: (end: () => Promise<void>) => void,
    signal: AbortSignal,
  ): Promise<FailoverCluster> {
    if (settings.fault === 'cut' && settings.nats?.tls != null) {
      throw new UsageError('--fault cut does not go with TLS: no certificate knows of the road that is cut');
    }
    const folder = await makeFolder(settings.dataDir);
    onEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    const nats = settings.nats ?? (await ownNats(settings.natsServer, onEnd));
    // Beside another cluster on the same NATS, under whatever name.
    const cluster = `bench-${randomBytes(6).toString('hex')}`;
    const options = { cluster, nats: { name: 'quorate bench', ...connectionOptions(nats) } };
    const store = await connect({ ...options, signal });
    onEnd(() => store.close());

    const relays = settings.fault === 'cut' ? await relaysTo(nats, ids, onEnd) : new Map<string, TcpRelay>();
    const nodes = new NodeProcesses({
      nodes: ids.map((id) => processOptions(id, cluster, folder, natsOf(nats, relays.get(id)), settings)),
      restart: false,
      say: (line) => say(lineOf(line)),
    });
    onEnd(() => nodes.stop());
    await nodes.start();
    const form = () => formCluster({ ...options, voters: ids, signal });
    const sayNothing = (): void => {};
    await waitForCluster({ store, ids, pidOf: (id) => nodes.pidOf(id), form, say: sayNothing, signal });
    return new FailoverCluster(options, settings.fault, relays, nodes, store);
  }

  /** A connection of its own, for whoever closes it. */
  async connect(signal: AbortSignal): Promise<Store> {
    return connect({ ...this.#options, signal });
  }

  /** The node that leads, once all nodes follow it and have caught up. @throws {CommandFailure} if that takes a minute */
  async whole(signal: AbortSignal): Promise<string> {
    return wholeCluster(this.#store, ids, signal);
  }

  /** Strikes a node. */
  async strike(id: string): Promise<void> {
    switch (this.#fault) {
      case 'kill':
        return this.#nodes.kill(id);
      case 'pause':
        return this.#nodes.running(id).pause();
      case 'cut':
        return this.#relays.get(id)?.cut();
    }
  }

  /** Brings a node back that was struck. */
  async bringBack(id: string): Promise<void> {
    switch (this.#fault) {
      case 'kill':
        return this.#nodes.startAgain(id);
      case 'pause':
        return this.#nodes.running(id).resume();
      case 'cut':
        return this.#relays.get(id)?.mend();
    }
  }
}

function processOptions(
  id: string,
  cluster: string,
  folder: string,
  nats: NatsSettings,
  { tuning }: FailoverSettings,
): NodeProcessOptions {
  return {
    id,
    cluster,
    group: 'config',
    args: ['--data', join(folder, id), ...tuningArguments(tuning)],
    environment: natsEnvironment(nats),
    logFile: join(folder, `${id}.log`),
    verbose: false,
  };
}

const natsOf = (nats: NatsSettings, relay: TcpRelay | undefined): NatsSettings =>
  relay === undefined ? nats : { ...nats, servers: [`nats://127.0.0.1:${relay.port}`] };

async function makeFolder(parent: string): Promise<string> {
  try {
    return await mkdtemp(join(resolve(parent), '.quorate-bench-'));
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`no folder can be made in ${parent}: ${reason}`, { cause: error });
  }
}
