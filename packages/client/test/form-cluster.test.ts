import { decodeFormationRecord, encodeHello, FormationRefused, type Hello, nodeIdSchema } from '@quorate/wire';
import { expect, it } from 'vitest';
import { formCluster, OutcomeUnknown } from '../src/index.ts';
import { codeOf, errorOf, TestBus, until } from './support/bus.ts';
import { type Behaviour, type FakeNode, ok, refusal } from './support/fake-node.ts';

const hello = (id: string, fields: Partial<Hello> = {}): Hello => ({
  id: nodeIdSchema.parse(id),
  storageId: `disk-${id}`,
  version: '0.1.0',
  formation: 'unformed',
  clusterId: null,
  ...fields,
});

/** A node that has not been in a cluster, and takes any record. */
const unformed =
  (id: string): Behaviour =>
  ({ endpoint }) => {
    if (endpoint === 'hello') return ok(encodeHello(hello(id)));
    return endpoint === 'form' ? ok(encodeHello(hello(id, { formation: 'formed', clusterId: 'abc' }))) : null;
  };

const says =
  (fields: Partial<Hello>, id: string): Behaviour =>
  ({ endpoint }) =>
    endpoint === 'hello' ? ok(encodeHello(hello(id, fields))) : null;

const formed = (node: FakeNode): readonly unknown[] =>
  node.requests.filter(({ endpoint }) => endpoint === 'form').map(({ body }) => decodeFormationRecord(body));

const ids = ['n1', 'n2', 'n3'];

async function startThree(): Promise<{ bus: TestBus; nodes: FakeNode[] }> {
  const bus = await TestBus.start();
  const nodes: FakeNode[] = [];
  for (const id of ids) nodes.push(await bus.node(id, unformed(id)));
  return { bus, nodes };
}

it('hands the same record to each node that is listed, and to no other', async () => {
  const { bus, nodes } = await startThree();
  const other = await bus.node('n4', unformed('n4'));
  const cluster = await formCluster({ servers: bus.url, voters: ids });
  const voters = ids.map((id) => ({ id, storageId: `disk-${id}` }));
  expect(cluster).toEqual({ clusterId: 'abc', voters, acknowledged: ids, unacknowledged: [] });
  const record = { formatVersion: 1, clusterName: 'main', voters, snapshotChecksum: null };
  for (const node of nodes) expect(formed(node)).toEqual([record]);
  expect(formed(other)).toEqual([]);
});

it('refuses when a listed node is missing, naming it', async () => {
  const { bus, nodes } = await startThree();
  const error = await errorOf(formCluster({ servers: bus.url, voters: [...ids, 'n4', 'n5'], timeoutMs: 600 }));
  expect(error).toBeInstanceOf(FormationRefused);
  expect(error).toMatchObject({ details: { node: 'n4' } });
  expect(error.message).toBe('the cluster was not formed: node n4 does not answer, nor does n5');
  for (const node of nodes) expect(formed(node)).toEqual([]);
});

it.each([
  ['a listed node', 'n2', 'formed', 'node n2 is in a cluster already'],
  ['a node that is not listed', 'n4', 'formed', 'node n4 is in a cluster already'],
  ['a node that is not listed', 'n4', 'spent', 'node n4 has a spent id'],
] as const)('refuses when %s answers as formed or spent, naming it: %s %s', async (_, id, formation, message) => {
  const { bus, nodes } = await startThree();
  const existing = nodes.find((node) => node.id === id);
  const fields = { formation, clusterId: 'older' };
  if (existing === undefined) await bus.node(id, says(fields, id));
  else existing.behave(says(fields, id));
  const error = await errorOf(formCluster({ servers: bus.url, voters: ids }));
  expect(error).toBeInstanceOf(FormationRefused);
  expect(error).toMatchObject({ details: { node: id } });
  expect(error.message).toContain(message);
  for (const node of nodes) expect(formed(node)).toEqual([]);
});

it('hears a node that is slow to object', async () => {
  const { bus, nodes } = await startThree();
  await bus.node('n4', async ({ endpoint }) => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    return endpoint === 'hello' ? ok(encodeHello(hello('n4', { formation: 'formed' }))) : null;
  });
  expect(await codeOf(formCluster({ servers: bus.url, voters: ids }))).toBe('FormationRefused');
  for (const node of nodes) expect(formed(node)).toEqual([]);
});

it('refuses when two data folders answer under one id', async () => {
  const { bus } = await startThree();
  await bus.node('n2', says({ storageId: 'another' }, 'n2'));
  const error = await errorOf(formCluster({ servers: bus.url, voters: ids }));
  expect(error).toMatchObject({ code: 'FormationRefused', details: { node: 'n2' } });
});

it('asks again when an answer, or an acknowledgement, is lost', async () => {
  const { bus, nodes } = await startThree();
  const seen = new Map<string, number>();
  nodes[1]?.behave((request) => {
    const count = (seen.get(request.endpoint) ?? 0) + 1;
    seen.set(request.endpoint, count);
    return count === 1 ? null : unformed('n2')(request);
  });
  const cluster = await formCluster({ servers: bus.url, voters: ids });
  expect(cluster.unacknowledged).toEqual([]);
  expect(seen.get('form')).toBe(2);
});

it('says which nodes did not acknowledge', async () => {
  const { bus, nodes } = await startThree();
  nodes[2]?.behave(says({}, 'n3'));
  const cluster = await formCluster({ servers: bus.url, voters: ids, timeoutMs: 1_000 });
  expect(cluster).toMatchObject({ clusterId: 'abc', acknowledged: ['n1', 'n2'], unacknowledged: ['n3'] });
});

it('is refused when each node refuses the record, and unknown when none answers', async () => {
  const { bus, nodes } = await startThree();
  for (const node of nodes) {
    const { id } = node;
    node.behave((request) => {
      const error = new FormationRefused({ reason: 'has been formed already', node: id });
      return request.endpoint === 'form' ? refusal(error) : unformed(id)(request);
    });
  }
  const error = await errorOf(formCluster({ servers: bus.url, voters: ids, timeoutMs: 1_000 }));
  expect(error).toMatchObject({ code: 'FormationRefused', details: { node: 'n1' } });
  for (const node of nodes) node.behave(says({}, node.id));
  const unknown = await errorOf(formCluster({ servers: bus.url, voters: ids, timeoutMs: 1_000 }));
  expect(unknown).toBeInstanceOf(OutcomeUnknown);
});

it.each([[[]], [['n1', 'n1']], [['n1', 'a.b']], [['']]])('refuses the voters %j', async (voters) => {
  const bus = await TestBus.start();
  expect(await codeOf(formCluster({ servers: bus.url, voters }))).toBe('InvalidRequest');
});

it('ends by its signal', async () => {
  const { bus, nodes } = await startThree();
  for (const node of nodes) node.behave(says({}, node.id));
  const controller = new AbortController();
  const forming = errorOf(formCluster({ servers: bus.url, voters: ids, signal: controller.signal }));
  await until(() => nodes.every((node) => formed(node).length > 0));
  controller.abort(new Error('enough'));
  expect((await forming).message).toBe('enough');

  const signal = AbortSignal.timeout(50);
  const error = await errorOf(formCluster({ servers: bus.url, voters: [...ids, 'n4'], signal }));
  expect(error.name).toBe('TimeoutError');
});
