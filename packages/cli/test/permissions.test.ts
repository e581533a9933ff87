import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import {
  decodeSharedReplies,
  encodeQuery,
  encodeRequest,
  encodeSharedRequests,
  nodeApiSubject,
  noRespondersSubject,
  peerInbox,
} from '@quorate/wire';
import { connect, createInbox, Events, type NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type NatsServer, startNatsServer } from '../../../test/support/nats-server.ts';
import { type CommandResult, quorate, startQuorate } from './command.ts';
import { patience } from './up-process.ts';

const users = ['n1', 'n2', 'n3', 'client', 'operator'] as const;
type User = (typeof users)[number];

let folder: string;
let server: NatsServer;
const connections: NatsConnection[] = [];
const nodes: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-permissions-'));
  for (const user of users) vi.stubEnv(`${user.toUpperCase()}_PASSWORD`, passwordOf(user));
  const { stdout } = await quorate(['permissions', '--nodes', 'n1,n2,n3']);
  server = await startNatsServer({ config: stdout });
});
afterAll(async () => {
  for (const connection of connections) await connection.close();
  for (const node of nodes) {
    const exit = once(node, 'exit');
    if (node.kill('SIGTERM')) await exit;
  }
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

const passwordOf = (user: User): string => `secret-of-${user}`;

const environmentOf = (user: User): Record<string, string> => ({
  QUORATE_NATS: server.url,
  NATS_USER: user,
  NATS_PASSWORD: passwordOf(user),
});

const runAs = (user: User, ...args: readonly string[]): Promise<CommandResult> =>
  quorate(args, { env: environmentOf(user) });

async function connectAs(user: User): Promise<NatsConnection> {
  const connection = await connect({ servers: server.url, user, pass: passwordOf(user), reconnect: false });
  connections.push(connection);
  return connection;
}

/** Resolves with what the server has refused to a connection so far. */
async function refusals(connection: NatsConnection, act: () => void): Promise<readonly string[]> {
  const found: string[] = [];
  void (async () => {
    for await (const { type, data } of connection.status()) {
      if (type === Events.Error) found.push(JSON.stringify(data));
    }
  })();
  act();
  // The server answers in order: what it refused came before the answer to this.
  await connection.flush();
  await new Promise((resolve) => setImmediate(resolve));
  return found;
}

/** Which of two requests that share a message each answer is for: what this node has by itself comes first, and then what it asks the leader for. */
async function answeredOneByOne(client: NatsConnection): Promise<unknown> {
  const inbox = createInbox();
  const answers = client.subscribe(inbox, { max: 2 });
  const body = encodeQuery({ kind: 'get', key: '/a', revision: null });
  const read = { consistency: 'local', maxStalenessMs: null } as const;
  const requests = [0, 1_000_000].map((minRevision) =>
    encodeRequest({ timeoutMs: 5_000, body, read: { ...read, minRevision } }),
  );
  client.publish(nodeApiSubject('main', 'config', 'n1', 'get'), encodeSharedRequests(requests), { reply: inbox });
  const ordinals: unknown[] = [];
  for await (const { data } of answers) ordinals.push(decodeSharedReplies(data)?.map(({ ordinal }) => ordinal));
  return ordinals;
}

test('a cluster forms and serves under these permissions, its own messages over NATS too', async () => {
  for (const id of ['n1', 'n2', 'n3'] as const) {
    const args = ['node', '--id', id, '--data', join(folder, id), '--local-delivery', 'nats'];
    const node = startQuorate([...args, ...patience], { env: environmentOf(id) });
    node.stdout.resume();
    nodes.push(node);
  }
  await vi.waitFor(
    async () => expect(JSON.parse((await runAs('client', 'status', '--json')).stdout).nodes).toHaveLength(3),
    {
      timeout: 20_000,
    },
  );

  const refused = await runAs('client', 'form', '--voters', 'n1,n2,n3', '--timeout', '1000');
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('NotPermitted')]);
  const formed = await runAs('operator', 'form', '--voters', 'n1,n2,n3');
  expect(formed).toMatchObject({ exitCode: 0, stderr: '' });

  expect(await runAs('client', 'put', '/a', 'b', '--timeout', '20000')).toMatchObject({ exitCode: 0, stderr: '' });
  for (const id of ['n1', 'n2', 'n3']) expect((await runAs('client', 'get', '/a', '--node', id)).stdout).toBe('b');

  const { exitCode, stderr } = await runAs('client', 'transfer', '--timeout', '1000');
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('NotPermitted')]);
  expect(await runAs('operator', 'transfer', 'n2', '--timeout', '20000')).toMatchObject({
    exitCode: 0,
    stdout: 'n2\n',
  });

  const file = join(folder, 'main.snapshot');
  for (const args of [['snapshot'], ['snapshot', 'save', file]]) {
    const denied = await runAs('client', ...args, '--timeout', '1000');
    expect([denied.exitCode, denied.stderr]).toEqual([1, expect.stringContaining('NATS does not allow')]);
  }
  expect(await runAs('operator', 'snapshot', 'save', file)).toMatchObject({ exitCode: 0, stderr: '' });

  expect(await answeredOneByOne(await connectAs('client'))).toEqual([[0], [1]]);
  expect(await runAs('client', 'history', '/a', '--limit', '1')).toMatchObject({ exitCode: 0, stderr: '' });
  for (const args of [['compact'], ['retention', '--max-age', '7d']]) {
    const denied = await runAs('client', ...args, '--timeout', '1000');
    expect([denied.exitCode, denied.stderr]).toEqual([1, expect.stringContaining('NATS does not allow')]);
    expect(await runAs('operator', ...args)).toMatchObject({ exitCode: 0, stderr: '' });
  }

  const load = ['--callers', '2', '--connections', '1', '--keys', '5', '--seconds', '1', '--warm-up', '0'];
  const bench = await runAs('client', 'bench', 'get', ...load, '--json');
  expect(bench).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^quorate: NATS alone is not measured: .*\n$/),
  });
  expect(Object.keys(JSON.parse(bench.stdout).operations)).toEqual(['get']);

  const watch = await runAs('client', 'watch', '--from-revision', '1', '--count', '1', '--json');
  expect(watch).toMatchObject({ exitCode: 0, stderr: '' });

  const tail = await runAs('client', 'tail', '--count', '2', '--json');
  expect(tail.stdout.trimEnd().split('\n')).toHaveLength(2);
});

test('services are found, by clients as by operators', async () => {
  const client = await connectAs('client');
  const names: string[] = [];
  for await (const { name } of await client.services.client().ping()) names.push(name);
  expect(names).toEqual(['quorate', 'quorate', 'quorate']);
});

test('a node speaks under its own name, and under no other', async () => {
  const [n1, n3] = [await connectAs('n1'), await connectAs('n3')];
  const heard: string[] = [];
  n3.subscribe('quorate.main.peer.*.n3.test.>', { callback: (_, message) => heard.push(message.subject) });
  await n3.flush();

  const refused = await refusals(n1, () => {
    n1.publish('quorate.main.peer.n2.n3.test.logStore');
    n1.publish('quorate.main.peer.n1.n3.test.logStore');
    n1.publish('quorate.main.peer.n2._formation');
  });
  await n3.flush();
  expect(heard).toEqual(['quorate.main.peer.n1.n3.test.logStore']);
  expect(refused).toHaveLength(2);
});

test('a node hears from NATS that nobody is there to hear its probe', async () => {
  const n1 = await connectAs('n1');
  const heard: unknown[][] = [];
  n1.subscribe(peerInbox('main', 'n1'), {
    callback: (_, { subject, headers: status }) => {
      // The nodes of the cluster speak with one another meanwhile.
      if (subject.includes('.test.')) heard.push([subject, status?.code]);
    },
  });
  const names = { node: nodeId('n1'), group: groupId('test'), leader: nodeId('n9') };
  const reply = noRespondersSubject({ cluster: clusterName('main'), ...names, probe: 1 });
  const refused = await refusals(n1, () => n1.publish('quorate.main.peer.n1.n9.test.leader', 'x', { reply }));
  expect(refused).toEqual([]);
  expect(heard).toEqual([[reply, 503]]);
});

test.each([
  ['speak as a node', (client: NatsConnection) => client.publish('quorate.main.peer.n1.n2.config.logStore')],
  ['announce a node', (client: NatsConnection) => client.publish('quorate.main.peer.n1._formation')],
  ['publish a stream', (client: NatsConnection) => client.publish('quorate.main.stream.config.committed')],
  ['form a cluster', (client: NatsConnection) => client.publish('quorate.main.api.config.node.n1.form')],
  ['change the members', (client: NatsConnection) => client.publish('quorate.main.api.config.members')],
  ['ask one node to', (client: NatsConnection) => client.publish('quorate.main.api.config.node.n1.members')],
  ['change the leader', (client: NatsConnection) => client.publish('quorate.main.api.config.transfer')],
  ['ask one node to', (client: NatsConnection) => client.publish('quorate.main.api.config.node.n1.transfer')],
  ['have a snapshot taken', (client: NatsConnection) => client.publish('quorate.main.api.config.node.n1.snapshot')],
  ['read one', (client: NatsConnection) => client.publish('quorate.main.api.config.node.n1.snapshot-read')],
  ['bring one', (client: NatsConnection) => client.publish('quorate.main.api.config.node.n1.snapshot-stage')],
  [
    'ask where the time of writes goes',
    (client: NatsConnection) => client.publish('quorate.main.api.config.node.n1.stages'),
  ],
  [
    'have it shown what actors are told',
    (client: NatsConnection) => client.publish('quorate.main.api.config.node.n1.tap'),
  ],
  ['look on', (client: NatsConnection) => void client.subscribe('quorate.main.tap.>')],
  ['answer others', (client: NatsConnection) => client.publish('_INBOX.other.1')],
  ['hear what nodes say', (client: NatsConnection) => void client.subscribe('quorate.main.peer.>')],
  ['hear what others ask', (client: NatsConnection) => void client.subscribe('quorate.main.api.>')],
])('a client may not %s', async (_, act) => {
  const client = await connectAs('client');
  expect(await refusals(client, () => act(client))).toHaveLength(1);
});

test('a node shows what its own actors are told, to operators', async () => {
  const [n1, operator] = [await connectAs('n1'), await connectAs('operator')];
  const heard: string[] = [];
  const refused = await refusals(operator, () => {
    operator.subscribe('quorate.main.tap.>', { callback: (_, message) => heard.push(message.subject) });
  });
  expect(refused).toEqual([]);
  expect(
    await refusals(n1, () => {
      n1.publish('quorate.main.tap.config.n1.logStore');
      n1.publish('quorate.main.tap.config.n2.logStore');
    }),
  ).toHaveLength(1);
  await operator.flush();
  expect(heard).toEqual(['quorate.main.tap.config.n1.logStore']);
});

test('a node may not hear what is told another, nor answer whom it was not asked by', async () => {
  const n1 = await connectAs('n1');
  const refused = await refusals(n1, () => {
    n1.subscribe('quorate.main.peer.*.n2.>');
    n1.publish('_INBOX.other.1');
    n1.publish('quorate.main.api.config.put');
  });
  expect(refused).toHaveLength(3);
});

test('names that a variable cannot tell apart get passwords of their own', async () => {
  const { stdout } = await quorate(['permissions', '--nodes', 'a-1,a_1,7']);
  const variables = Array.from(stdout.matchAll(/password: \$(\w+)/g), ([, variable]) => variable);
  expect(variables).toEqual([
    'A_1_PASSWORD',
    'A_1_PASSWORD_2',
    'NODE_7_PASSWORD',
    'CLIENT_PASSWORD',
    'OPERATOR_PASSWORD',
  ]);
});
