import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectOptions, connect, formCluster, type Store } from '@quorate/client';
import {
  decodeReply,
  decodeStatus,
  encodeRequest,
  errorFromData,
  type NodeStatus,
  nodeApiSubject,
} from '@quorate/wire';
import { connect as connectToNats, type NatsConnection } from 'nats';
import { eventually } from '../support/eventually.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { NodeProcess } from '../support/node-process.ts';
import { makeTemporaryFolder, removeTemporaryFolder } from '../support/temporary-folder.ts';
import type { Run } from './measurement.ts';

const statusTimeoutMs = 500;

/** Long enough for a node that checks a large log at its start. */
const patience = { timeoutMs: 300_000, intervalMs: 5 };

/** Three nodes as they ship, processes of `quorate node`, on a nats-server, with their data on a disk. */
export class BenchCluster {
  readonly ids: readonly string[] = ['n1', 'n2', 'n3'];
  readonly #run: Pick<Run, 'onEnd'>;
  readonly #nats: NatsServer;
  readonly #folder: string;
  readonly #args: readonly string[];
  readonly #nodes = new Map<string, NodeProcess>();
  readonly #observer: NatsConnection;

  private constructor(
    run: Pick<Run, 'onEnd'>,
    nats: NatsServer,
    observer: NatsConnection,
    folder: string,
    args: readonly string[],
  ) {
    this.#run = run;
    this.#nats = nats;
    this.#observer = observer;
    this.#folder = folder;
    this.#args = args;
  }

  /** Starts and forms it; `args` are further arguments of each node. It ends with the run, or when it is stopped. */
  static async start(run: Pick<Run, 'onEnd'>, args: readonly string[] = []): Promise<BenchCluster> {
    const folder = await makeTemporaryFolder('bench');
    run.onEnd(() => removeTemporaryFolder(folder));
    const nats = await startNatsServer();
    run.onEnd(() => nats.stop());
    const observer = await connectToNats({ servers: nats.url, name: 'bench observer' });
    run.onEnd(() => observer.close());
    const cluster = new BenchCluster(run, nats, observer, folder, args);
    run.onEnd(() => cluster.stop());
    for (const id of cluster.ids) cluster.startNode(id);
    for (const id of cluster.ids) await eventually(`${id} answers`, () => cluster.status(id));
    await formCluster({ servers: nats.url, voters: [...cluster.ids], timeoutMs: 20_000 });
    await cluster.leader();
    return cluster;
  }

  /** Where clients connect. */
  get url(): string {
    return this.#nats.url;
  }

  /** A connection of its own, closed when the run ends. */
  async connect(options: ConnectOptions = {}): Promise<Store> {
    const store = await connect({ servers: this.#nats.url, ...options });
    this.#run.onEnd(() => store.close());
    return store;
  }

  /** Starts a node in its folder. */
  startNode(id: string): NodeProcess {
    const node = new NodeProcess({ id, folder: this.folder(id), natsUrl: this.#nats.url, args: this.#args });
    this.#nodes.set(id, node);
    return node;
  }

  /** The process of a node: the one that runs, or ran last. */
  node(id: string): NodeProcess {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  /** Where a node keeps its data. */
  folder(id: string): string {
    return join(this.#folder, id);
  }

  /** The node that leads, as it says itself and a majority does. */
  async leader(): Promise<string> {
    return eventually('a majority knows its leader', async () => {
      const statuses = await this.#statuses();
      const [newest] = statuses.filter(({ role }) => role === 'leader').sort((a, b) => b.term - a.term);
      if (newest === undefined) return null;
      const followed = statuses.filter(({ leader, term }) => leader === newest.id && term === newest.term);
      return followed.length * 2 > this.ids.length ? newest.id : null;
    });
  }

  /** How a node stands. @throws {Error} if it does not answer soon */
  async status(id: string): Promise<NodeStatus> {
    const subject = nodeApiSubject('main', 'config', id, 'status');
    const request = encodeRequest({ timeoutMs: statusTimeoutMs, body: new Uint8Array() });
    const { data } = await this.#observer.request(subject, request, { timeout: statusTimeoutMs });
    const reply = decodeReply(data);
    if (reply.kind === 'error') throw errorFromData(reply.error);
    return decodeStatus(reply.body);
  }

  /** How far the group has committed. */
  async committed(): Promise<number> {
    return eventually('the leader tells its commitIndex', async () => {
      const { commitIndex } = await this.status(await this.leader());
      return commitIndex;
    });
  }

  /** Resolves when a node has applied all up to an index. @throws {Error} if it ends, or takes minutes */
  async applied(id: string, index: number): Promise<void> {
    const isApplied = async (): Promise<true | null> => ((await this.status(id)).lastApplied >= index ? true : null);
    const hasEnded = this.node(id).ended.then(() => {
      throw new Error(`${id} has ended: ${this.node(id).errorOutput}`);
    });
    await Promise.race([eventually(`${id} has applied ${index}`, isApplied, patience), hasEnded]);
    hasEnded.catch(() => {});
  }

  /** Leaves a node's state, when it is started again, as a power loss would: it is not to be trusted. The node must have been killed. */
  async distrustState(id: string): Promise<void> {
    await writeFile(join(this.folder(id), 'state', 'boot-id'), 'another\n');
  }

  /** Ends all nodes. */
  async stop(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.end('SIGKILL')));
  }

  async #statuses(): Promise<readonly NodeStatus[]> {
    const all = await Promise.all(this.ids.map((id) => this.status(id).catch(() => null)));
    return all.filter((status) => status !== null);
  }
}
