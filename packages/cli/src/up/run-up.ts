import { join } from 'node:path';
import { type Broker, startBroker } from '@quorate/broker';
import { type ConnectOptions, connect, formCluster } from '@quorate/client';
import { lineOf } from '../command-outcome.ts';
import { connectionOptions } from '../options/connection-options.ts';
import { type NatsSettings, natsEnvironment } from '../options/nats-settings.ts';
import { type NodeTuning, tuningArguments } from '../options/node-options.ts';
import { say as sayLine, write } from '../output/output.ts';
import { httpLine, httpPorts } from './http-ports.ts';
import { makeFolder } from './make-folder.ts';
import type { NodeProcessOptions } from './node-process.ts';
import { NodeProcesses } from './node-processes.ts';
import { StopRequest } from './stop-request.ts';
import { upLine } from './up-line.ts';
import { waitForCluster } from './wait-for-cluster.ts';

/** What `quorate up` is told. */
export interface UpSettings {
  readonly nodes: number;
  readonly cluster: string;
  readonly group: string;
  /** The folder above the nodes' own. */
  readonly dataDir: string;
  /** Null for the embedded broker. */
  readonly nats: NatsSettings | null;
  /** Of the embedded broker. */
  readonly port: number;
  readonly restart: boolean;
  readonly verbose: boolean;
  readonly tuning: NodeTuning;
}

const say = (line: string): void => sayLine(lineOf(line));

/**
 * Runs a cluster of processes on this machine until it is told to end.
 * @throws {UsageError | BrokerError} if it cannot begin
 * @throws {Unavailable | FormationRefused | CommandFailure} if it cannot go on
 */
export async function runUp(settings: UpSettings): Promise<void> {
  const stop = new StopRequest();
  let broker: Broker | null = null;
  try {
    if (stop.signal.aborted) return;
    await makeFolder(settings.dataDir);
    if (settings.nats === null) broker = await startBroker({ port: settings.port });
    await runNodes(settings, settings.nats ?? embedded(broker), stop);
  } catch (error) {
    // What was under way when it was told to end has failed by that.
    if (!stop.signal.aborted) throw error;
  } finally {
    await broker?.close();
    stop.dispose();
  }
}

const embedded = (broker: Broker | null): NatsSettings => ({
  servers: broker === null ? [] : [broker.url],
  credentials: { kind: 'none' },
  tls: null,
  inboxPrefix: null,
});

async function runNodes(settings: UpSettings, nats: NatsSettings, stop: StopRequest): Promise<void> {
  const { signal } = stop;
  const { cluster, group, tuning } = settings;
  const ids = Array.from({ length: settings.nodes }, (_, at) => `n${at + 1}`);
  const ports = httpPorts(tuning.httpPort ?? null, settings.nodes);
  const options: ConnectOptions = { cluster, group, nats: { name: 'quorate up', ...connectionOptions(nats) } };
  // Before any node is started: nodes would wait for a NATS that is not there.
  const store = await connect({ ...options, signal });
  const nodes = new NodeProcesses({
    nodes: ids.map((id, ordinal) => processOptions(id, ports[ordinal] ?? null, settings, nats)),
    restart: settings.restart,
    say,
  });
  try {
    signal.addEventListener('abort', () => void nodes.stop(), { once: true });
    await nodes.start();
    const { leader } = await waitForCluster({
      store,
      ids,
      pidOf: (id) => nodes.pidOf(id),
      form: () => formCluster({ ...options, voters: ids, signal }),
      say,
      signal,
    });
    const line = upLine({ cluster, group, leader, nodes: ids.length, servers: nats.servers });
    // Nobody may be listening; the cluster runs on.
    await write(`${line}\n`).catch(() => {});
    if (ports.length > 0) say(httpLine(ids, ports, tuning.httpHost));
    await store.close();
    await stop.requested();
  } finally {
    await store.close();
    await nodes.stop();
  }
}

function processOptions(
  id: string,
  httpPort: number | null,
  settings: UpSettings,
  nats: NatsSettings,
): NodeProcessOptions {
  const { cluster, group, dataDir, verbose } = settings;
  const tuning = { ...settings.tuning, httpPort };
  return {
    id,
    cluster,
    group,
    args: ['--data', join(dataDir, id), ...tuningArguments(tuning)],
    environment: natsEnvironment(nats),
    logFile: join(dataDir, `${id}.log`),
    verbose,
  };
}
