import { join } from 'node:path';
import { type ConnectOptions, connect, formCluster, type Store } from '@quorate/client';
import { MAX_PAGE_ENTRIES } from '@quorate/config-store';
import type { LogEntry } from '@quorate/raft';
import {
  decodeEntriesPage,
  decodeReply,
  decodeStatus,
  type Endpoint,
  encodeEntriesRequest,
  encodeRequest,
  errorFromData,
  type NodeStatus,
  nodeApiSubject,
} from '@quorate/wire';
import { connect as connectToNats, type NatsConnection } from 'nats';
import { onTestFailed, onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';
import { type LogLine, NodeProcess } from './node-process.ts';
import type { SmallDisk } from './small-disk.ts';
import { makeTemporaryFolder, removeTemporaryFolder } from './temporary-folder.ts';

/** How actors' messages travel within a node. */
export type LocalDelivery = 'memory' | 'nats';

/** Both ways, for `describe.each`. */
export const localDeliveries: readonly LocalDelivery[] = ['memory', 'nats'];

/** What a cluster is started with. */
export interface ClusterOptions {
  readonly localDelivery?: LocalDelivery;
  /** Long election timeouts: for tests of something else, in which no busy machine is to cost a leader its office. */
  readonly steady?: boolean;
  /** Set for every node, beside what names it. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Set for single nodes. */
  readonly environments?: Readonly<Record<string, NodeJS.ProcessEnv>>;
  /** Whether the nodes are formed into a cluster, and a leader awaited. They are unless this is false. */
  readonly form?: boolean;
  /** The nodes that are started, and formed into a cluster; n1, n2 and n3 unless given. */
  readonly ids?: readonly string[];
  /** The disks of the nodes that have one of their own. */
  readonly disks?: Readonly<Record<string, SmallDisk>>;
  /** The nats-server, if it runs already: its test ends it. */
  readonly nats?: NatsServer;
  /** Where the nodes connect that have a server of their own, or a road of their own to it. */
  readonly natsUrls?: Readonly<Record<string, string>>;
}

const threeIds = ['n1', 'n2', 'n3'];
const steadyTimes = { QUORATE_ELECTION_TIMEOUT_MIN_MS: '800', QUORATE_ELECTION_TIMEOUT_MAX_MS: '1600' };
const cluster = 'main';
const group = 'config';

/** Nodes, three unless told otherwise, each a process of the command `quorate node`, on a real nats-server: for as long as a test goes on. */
export class TestCluster {
  /** The members: a test that changes them says so here. */
  ids: readonly string[];
  readonly nats: NatsServer;
  /** A plain connection, which reconnects by itself. */
  readonly plain: NatsConnection;
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #environments: Readonly<Record<string, NodeJS.ProcessEnv>>;
  readonly #disks: Readonly<Record<string, SmallDisk>>;
  readonly #natsUrls: Readonly<Record<string, string>>;
  readonly #nodes = new Map<string, NodeProcess>();
  readonly #past: NodeProcess[] = [];
  readonly #stores: Store[] = [];

  private constructor(nats: NatsServer, plain: NatsConnection, folder: string, options: ClusterOptions) {
    this.ids = options.ids ?? threeIds;
    this.nats = nats;
    this.plain = plain;
    this.#folder = folder;
    this.#disks = options.disks ?? {};
    this.#natsUrls = options.natsUrls ?? {};
    this.#environments = options.environments ?? {};
    this.#environment = {
      QUORATE_LOCAL_DELIVERY: options.localDelivery ?? 'memory',
      ...(options.steady === true ? steadyTimes : {}),
      ...options.environment,
    };
  }

  /** Starts all of it for the running test, which ends it when it is over, and tells what the nodes said if it failed. */
  static async start(options: ClusterOptions = {}): Promise<TestCluster> {
    const folder = await makeTemporaryFolder('cluster');
    onTestFinished(() => removeTemporaryFolder(folder));
    const nats = options.nats ?? (await startNatsServer());
    if (options.nats === undefined) onTestFinished(() => nats.stop());
    const plain = await connectToNats({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    const started = new TestCluster(nats, plain, folder, options);
    onTestFinished(() => started.#stop());
    onTestFailed(() => console.error(started.diagnosis()));
    for (const id of started.ids) started.start(id);
    if (options.form === false) return started;
    await started.form();
    await started.leader();
    return started;
  }

  /** The process of a node: the one that runs, or ran last. */
  node(id: string): NodeProcess {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id} was started`);
    return node;
  }

  /** Where a node keeps its data. */
  folder(id: string): string {
    return join(this.#disks[id]?.folder ?? this.#folder, id);
  }

  /** Starts a node in its folder, or in another. Whether it stays up is not awaited. */
  start(id: string, options: { readonly folder?: string; readonly args?: readonly string[] } = {}): NodeProcess {
    const before = this.#nodes.get(id);
    if (before?.runs === true) throw new Error(`node ${id} still runs`);
    if (before !== undefined) this.#past.push(before);
    const { folder = this.folder(id), args = [] } = options;
    const wrapper = this.#disks[id]?.wrapper ?? [];
    const node = new NodeProcess({
      id,
      folder,
      natsUrl: this.#natsUrls[id] ?? this.nats.url,
      args,
      environment: { ...this.#environment, ...this.#environments[id] },
      wrapper,
    });
    this.#nodes.set(id, node);
    return node;
  }

  /** Starts a node again that has ended, and resolves when it has caught up with the others. */
  async restart(id: string): Promise<void> {
    this.start(id);
    await this.caughtUp(id);
  }

  /** Forms the cluster, as soon as all nodes are on the bus. */
  async form(): Promise<void> {
    await this.answers(...this.ids);
    await formCluster({ servers: this.nats.url, voters: this.ids, timeoutMs: 20_000 });
  }

  /** A store of the SDK's, closed when the test is over. */
  async connect(options: ConnectOptions = {}): Promise<Store> {
    const store = await connect({ servers: this.nats.url, ...options });
    this.#stores.push(store);
    return store;
  }

  /** How a node stands. @throws {Error} if it does not answer within half a second */
  async status(id: string): Promise<NodeStatus> {
    return decodeStatus(await this.#ask(id, 'status', new Uint8Array(), 500));
  }

  /** Resolves when all of these nodes are on the bus. */
  async answers(...nodes: readonly string[]): Promise<void> {
    for (const node of nodes) await eventually(`${node} answers`, () => this.status(node));
  }

  /** How the nodes that answer stand. */
  async statuses(): Promise<readonly NodeStatus[]> {
    const all = await Promise.all(this.ids.map((id) => this.status(id).catch(() => null)));
    return all.filter((status) => status !== null);
  }

  /** The node that leads, as a majority sees it. */
  async leader(): Promise<string> {
    return eventually('a majority knows its leader', async () => {
      const statuses = await this.statuses();
      const leaders = statuses.filter(({ role }) => role === 'leader').sort((a, b) => b.term - a.term);
      const [newest] = leaders;
      if (newest === undefined) return null;
      const followed = statuses.filter(({ leader, term }) => leader === newest.id && term === newest.term);
      return followed.length * 2 > this.ids.length ? newest.id : null;
    });
  }

  /** The nodes that do not lead. */
  async followers(): Promise<readonly string[]> {
    const leader = await this.leader();
    return this.ids.filter((id) => id !== leader);
  }

  /** Resolves when a node has applied all that was committed when this was called. */
  async caughtUp(id: string): Promise<void> {
    const committed = await eventually('the leader tells its commitIndex', async () => {
      const { commitIndex } = await this.status(await this.leader());
      return commitIndex;
    });
    await eventually(`node ${id} has caught up`, async () => {
      const { lastApplied } = await this.status(id);
      return lastApplied >= committed ? true : null;
    });
  }

  /** Resolves when every node has applied the same log to its end, and nobody writes. Gives that end. */
  async converged(): Promise<number> {
    return eventually('all nodes have applied the same', async () => {
      const statuses = await this.statuses();
      const ends = statuses.flatMap(({ lastLogIndex, commitIndex, lastApplied }) => [
        lastLogIndex,
        commitIndex,
        lastApplied,
      ]);
      return statuses.length === this.ids.length && new Set(ends).size === 1 ? (ends[0] ?? null) : null;
    });
  }

  /** All committed entries, as a node gives them. */
  async entries(id: string): Promise<readonly LogEntry[]> {
    const entries: LogEntry[] = [];
    for (;;) {
      const body = encodeEntriesRequest({ fromIndex: entries.length + 1, limit: MAX_PAGE_ENTRIES });
      const page = decodeEntriesPage(await this.#ask(id, 'entries', body, 10_000));
      entries.push(...page.entries);
      if (page.entries.length === 0 || entries.length >= page.commitIndex) return entries;
    }
  }

  /** What all nodes, also those that have ended, logged as errors. */
  errorsLogged(): readonly LogLine[] {
    return [...this.#past, ...this.#nodes.values()].flatMap(({ log }) =>
      log.filter(({ level }) => typeof level === 'number' && level >= 50),
    );
  }

  /** The ends of all logs. */
  diagnosis(): string {
    const nodes = [...this.#past, ...this.#nodes.values()];
    const sections = nodes.map(({ id, log, errorOutput, runs }) => [
      `--- ${id} (${runs ? 'runs' : 'ended'})`,
      ...log.slice(-20).map((line) => JSON.stringify(line)),
      ...(errorOutput === '' ? [] : [errorOutput]),
    ]);
    return [...sections.flat(), '--- nats-server', ...this.nats.log().split('\n').slice(-10)].join('\n');
  }

  async #ask(id: string, endpoint: Endpoint, body: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const subject = nodeApiSubject(cluster, group, id, endpoint);
    const { data } = await this.plain.request(subject, encodeRequest({ timeoutMs, body }), { timeout: timeoutMs });
    const reply = decodeReply(data);
    if (reply.kind === 'error') throw errorFromData(reply.error);
    return reply.body;
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
    await this.plain.close();
    await Promise.all([...this.#nodes.values()].map((node) => node.end('SIGKILL')));
  }
}
