import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type Broker, type DeliveryFaults, startBroker } from '@quorate/broker';
import { formCluster } from '@quorate/client';
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
import { connect, type NatsConnection } from 'nats';
import { eventually } from '../support/eventually.ts';
import { type LogLine, NodeProcess } from '../support/node-process.ts';
import { Violation } from './violation.ts';

const cluster = 'main';
const group = 'config';
const statusTimeoutMs = 500;
const entriesTimeoutMs = 10_000;
const endTimeoutMs = 20_000;

/** What the nodes' messages to each other have subjects of. */
export const PEER_SUBJECTS = `quorate.${cluster}.peer.`;

/** The name under which a node is known to the bus. */
export const connectionNameOf = (node: string): string => `quorate ${cluster} ${node}`;

/** What a cluster is started with. */
export interface ChaosClusterOptions {
  readonly ids: readonly string[];
  readonly localDelivery: 'memory' | 'nats';
  /** Where the nodes keep their data. */
  readonly folder: string;
  readonly faults: DeliveryFaults;
}

/** Processes of `quorate node`, and the bus between them, which can be stopped and started again on its port. */
export class ChaosCluster {
  readonly ids: readonly string[];
  readonly #options: ChaosClusterOptions;
  readonly #nodes = new Map<string, NodeProcess>();
  readonly #past: NodeProcess[] = [];
  /** Those that were told to end. */
  readonly #ending = new Set<NodeProcess>();
  #bus: Broker;
  readonly #observer: NatsConnection;

  private constructor(options: ChaosClusterOptions, bus: Broker, observer: NatsConnection) {
    this.ids = options.ids;
    this.#options = options;
    this.#bus = bus;
    this.#observer = observer;
  }

  /** Starts bus and nodes. Whoever gets one has to stop it. */
  static async start(options: ChaosClusterOptions): Promise<ChaosCluster> {
    const bus = await startBroker({ faults: options.faults });
    const observer = await connect({
      servers: bus.url,
      name: 'chaos observer',
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
    });
    const started = new ChaosCluster(options, bus, observer);
    for (const id of started.ids) started.startNode(id);
    return started;
  }

  /** Where clients connect: the same for as long as the cluster lives. */
  get url(): string {
    return this.#bus.url;
  }

  /** Forms the cluster, and resolves when every node is in and one leads. */
  async form(): Promise<void> {
    for (const id of this.ids) await eventually(`${id} answers`, () => this.status(id));
    await formCluster({ servers: this.url, voters: this.ids, timeoutMs: 20_000 });
    await eventually('all nodes are in the cluster', async () => {
      const statuses = await this.statuses();
      return statuses.filter(({ formation }) => formation === 'formed').length === this.ids.length ? true : null;
    });
    await eventually('a majority knows its leader', () => this.leader());
  }

  /** The process of a node: the one that runs, or ran last. */
  node(id: string): NodeProcess {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  /** Starts a node in its folder, if it does not run. Whether it stays up is not awaited. */
  startNode(id: string): void {
    const before = this.#nodes.get(id);
    if (before?.runs === true) return;
    if (before !== undefined) this.#past.push(before);
    const { folder, localDelivery } = this.#options;
    const environment = { QUORATE_LOCAL_DELIVERY: localDelivery };
    this.#nodes.set(id, new NodeProcess({ id, folder: join(folder, id), natsUrl: this.url, environment }));
  }

  /** Ends a node by a signal, and resolves when it has ended. @throws {Violation} if it does not */
  async endNode(id: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const node = this.node(id);
    if (!node.runs) return;
    this.#ending.add(node);
    const limit = new AbortController();
    const inTime = after(endTimeoutMs, false, { signal: limit.signal }).catch(() => true);
    const hasEnded = await Promise.race([node.end(signal).then(() => true), inTime]);
    limit.abort();
    if (!hasEnded)
      throw new Violation('a node ends when it is told to', `${id} runs ${endTimeoutMs} ms after ${signal}`);
  }

  /** Ends all connections and the bus's port. */
  async stopBus(): Promise<void> {
    await this.#bus.close();
  }

  /** Listens again on the same port, as a bus that knows nothing. */
  async startBus(): Promise<void> {
    this.#bus = await startBroker({ faults: this.#options.faults, port: this.#bus.port });
  }

  /** How a node stands. @throws {Error} if it does not answer soon */
  async status(id: string): Promise<NodeStatus> {
    return decodeStatus(await this.#ask(id, 'status', new Uint8Array(), statusTimeoutMs));
  }

  /** How the nodes that answer stand. */
  async statuses(): Promise<readonly NodeStatus[]> {
    const all = await Promise.all(this.ids.map((id) => this.status(id).catch(() => null)));
    return all.filter((status) => status !== null);
  }

  /** The node that leads, as a majority sees it; null if there is none. */
  async leader(): Promise<string | null> {
    const statuses = await this.statuses();
    const [newest] = statuses.filter(({ role }) => role === 'leader').sort((one, other) => other.term - one.term);
    if (newest === undefined) return null;
    const followed = statuses.filter(({ leader, term }) => leader === newest.id && term === newest.term);
    return followed.length * 2 > this.ids.length ? newest.id : null;
  }

  /** All committed entries, as a node gives them. */
  async entries(id: string): Promise<readonly LogEntry[]> {
    const entries: LogEntry[] = [];
    for (;;) {
      const body = encodeEntriesRequest({ fromIndex: entries.length + 1, limit: MAX_PAGE_ENTRIES });
      const page = decodeEntriesPage(await this.#ask(id, 'entries', body, entriesTimeoutMs));
      entries.push(...page.entries);
      if (page.entries.length === 0 || entries.length >= page.commitIndex) return entries;
    }
  }

  /** Nodes that ended though nobody told them to. */
  get deserters(): readonly NodeProcess[] {
    return this.#all.filter((node) => !node.runs && !this.#ending.has(node));
  }

  /** What nodes logged as errors. */
  get errorsLogged(): readonly LogLine[] {
    return this.#all.flatMap(({ log }) => log.filter(({ level }) => typeof level === 'number' && level >= 50));
  }

  /** Writes what each node said into a file beside its folder. */
  async writeLogs(): Promise<void> {
    for (const id of this.ids) {
      const lines = this.#all.filter((node) => node.id === id).flatMap(linesOf);
      await writeFile(join(this.#options.folder, `${id}.log`), `${lines.join('\n')}\n`);
    }
  }

  /** Ends all of it. */
  async stop(): Promise<void> {
    await Promise.all(this.ids.map((id) => this.#nodes.has(id) && this.endNode(id, 'SIGKILL')));
    await this.#observer.close();
    await this.#bus.close();
  }

  get #all(): readonly NodeProcess[] {
    return [...this.#past, ...this.#nodes.values()];
  }

  async #ask(id: string, endpoint: Endpoint, body: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const subject = nodeApiSubject(cluster, group, id, endpoint);
    const { data } = await this.#observer.request(subject, encodeRequest({ timeoutMs, body }), { timeout: timeoutMs });
    const reply = decodeReply(data);
    if (reply.kind === 'error') throw errorFromData(reply.error);
    return reply.body;
  }
}

const linesOf = ({ pid, log, errorOutput }: NodeProcess): readonly string[] => [
  `--- process ${pid}`,
  ...log.map((line) => JSON.stringify(line)),
  ...(errorOutput === '' ? [] : [errorOutput]),
];
