import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  clusterIdOf,
  decodeFormationRecord,
  encodeHello,
  encodeStagedSnapshot,
  type Hello,
  nodeIdSchema,
  SnapshotProblem,
  snapshotStageBody,
} from '@quorate/wire';
import { expect, it } from 'vitest';
import { checkSnapshot, restoreCluster, type TransferProgress } from '../src/index.ts';
import { codeOf, errorOf, TestBus } from './support/bus.ts';
import { type Behaviour, type FakeNode, ok, refusal } from './support/fake-node.ts';
import { type SnapshotBytes, snapshotBytes, temporaryFolder } from './support/snapshot-nodes.ts';

const ids = ['n1', 'n2', 'n3'];

const helloOf = (id: string, fields: Partial<Hello> = {}): Hello => ({
  id: nodeIdSchema.parse(id),
  storageId: `disk-${id}`,
  version: '0.1.0',
  formation: 'unformed',
  clusterId: null,
  ...fields,
});

/** A node in no cluster, which has so much of the snapshot, stores what follows, and takes a record when it has all. */
function stages(id: string, { checksum, bytes }: SnapshotBytes, has = 0): Behaviour {
  let stored = bytes.subarray(0, has);
  let joined: string | null = null;
  const hello = (): Uint8Array =>
    encodeHello(helloOf(id, joined === null ? {} : { formation: 'formed', clusterId: joined }));
  return ({ endpoint, body }) => {
    if (endpoint === 'hello') return ok(hello());
    const isWhole = stored.equals(bytes);
    if (endpoint === 'form') {
      if (!isWhole) return refusal(new Error('it has not all'));
      joined = clusterIdOf(decodeFormationRecord(body));
      return ok(hello());
    }
    if (endpoint !== 'snapshot-stage') return null;
    const stretch = snapshotStageBody(body);
    expect([stretch.content, stretch.fileBytes]).toEqual([checksum, bytes.length]);
    if (stretch.offset === stored.length) stored = Buffer.concat([stored, stretch.bytes]);
    return ok(encodeStagedSnapshot({ storedBytes: stored.length, isWhole: stored.equals(bytes) }));
  };
}

async function start(snapshot: SnapshotBytes, behaviours: Readonly<Record<string, Behaviour>> = {}) {
  const bus = await TestBus.start();
  const nodes: FakeNode[] = [];
  for (const id of ids) nodes.push(await bus.node(id, behaviours[id] ?? stages(id, snapshot)));
  const file = join(temporaryFolder(), 'main.snapshot');
  writeFileSync(file, snapshot.bytes);
  return { bus, nodes, file, options: { servers: bus.url, file, voters: ids, timeoutMs: 5_000 } };
}

const sentTo = (node: FakeNode | undefined, endpoint: string) =>
  (node?.requests ?? []).filter((request) => request.endpoint === endpoint).map(({ body }) => body);

it('brings the file to each node, and then hands out the record that names it', async () => {
  const snapshot = snapshotBytes(9, 3_000);
  const { options, nodes } = await start(snapshot);
  const seen: TransferProgress[] = [];
  const formed = await restoreCluster({ ...options, onProgress: (progress) => seen.push(progress) });
  const voters = ids.map((id) => ({ id, storageId: `disk-${id}` }));
  const record = { formatVersion: 1, clusterName: 'main', voters, snapshotChecksum: snapshot.checksum };
  for (const node of nodes) {
    expect(sentTo(node, 'form').map(decodeFormationRecord)).toEqual([record]);
    const lengths = sentTo(node, 'snapshot-stage').map((body) => snapshotStageBody(body).bytes.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(512 * 1024);
  }
  expect(formed).toMatchObject({ acknowledged: ids, unacknowledged: [] });
  const totalBytes = 3 * snapshot.bytes.length;
  expect(seen.at(-1)).toEqual({ doneBytes: totalBytes, totalBytes });
});

it('goes on from what a node has', async () => {
  const snapshot = snapshotBytes(9, 3_000);
  const has = 2_000_000;
  const { options, nodes } = await start(snapshot, { n2: stages('n2', snapshot, has) });
  await restoreCluster(options);
  const offsets = sentTo(nodes[1], 'snapshot-stage').map((body) => snapshotStageBody(body));
  expect(offsets.filter(({ bytes }) => bytes.length > 0).every(({ offset }) => offset >= has)).toBe(true);
});

it('finishes what was begun: a node that has that very record is no hindrance', async () => {
  const snapshot = snapshotBytes(9, 10);
  const { options, nodes } = await start(snapshot);
  const { clusterId } = await restoreCluster(options);
  // n3 has not heard of it yet.
  nodes[2]?.behave(stages('n3', snapshot));
  expect((await restoreCluster(options)).clusterId).toBe(clusterId);
  expect(sentTo(nodes[0], 'form')).toHaveLength(2);
  expect(await codeOf(restoreCluster(options))).toBe('FormationRefused');
});

it.each([
  ['a listed node', 'n2', 'formed', 'node n2 is in a cluster already'],
  ['a node that is not listed', 'n4', 'formed', 'node n4 is in a cluster already'],
  ['a node that is not listed', 'n4', 'spent', 'node n4 has a spent id'],
] as const)('is refused when %s (%s) is %s, before anything is sent', async (_, id, formation, message) => {
  const snapshot = snapshotBytes(9, 10);
  const { bus, options, nodes } = await start(snapshot);
  const behave: Behaviour = ({ endpoint }) =>
    endpoint === 'hello' ? ok(encodeHello(helloOf(id, { formation, clusterId: 'older' }))) : null;
  const existing = nodes.find((node) => node.id === id);
  if (existing === undefined) await bus.node(id, behave);
  else existing.behave(behave);
  const error = await errorOf(restoreCluster(options));
  expect(error).toMatchObject({ code: 'FormationRefused', details: { node: id } });
  expect(error.message).toContain(message);
  for (const node of nodes) {
    expect(sentTo(node, 'snapshot-stage')).toEqual([]);
    expect(sentTo(node, 'form')).toEqual([]);
  }
});

it('hands out nothing where one node cannot take the file', async () => {
  const snapshot = snapshotBytes(9, 2_000);
  const full: Behaviour = ({ endpoint }) => {
    if (endpoint === 'hello') return ok(encodeHello(helloOf('n3')));
    return refusal(new SnapshotProblem({ code: 'SnapshotDamaged', message: 'what came is damaged' }));
  };
  const { options, nodes } = await start(snapshot, { n3: full });
  expect(await codeOf(restoreCluster(options))).toBe('SnapshotDamaged');
  for (const node of nodes) expect(sentTo(node, 'form')).toEqual([]);
  const stuck: Behaviour = ({ endpoint }) =>
    endpoint === 'hello'
      ? ok(encodeHello(helloOf('n3')))
      : ok(encodeStagedSnapshot({ storedBytes: 7, isWhole: false }));
  nodes[2]?.behave(stuck);
  expect(await codeOf(restoreCluster(options))).toBe('SnapshotFailed');
});

it('asks nobody where the file is not what it must be', async () => {
  const snapshot = snapshotBytes(9, 10, 'blue', 'other');
  const { options, file, nodes } = await start(snapshot);
  const messageOf = async (more: object): Promise<string> =>
    (await errorOf(restoreCluster({ ...options, ...more }))).message;
  expect(await codeOf(restoreCluster(options))).toBe('SnapshotOfAnotherCluster');
  expect(await messageOf({})).toContain('--from-cluster blue');
  expect(await codeOf(restoreCluster({ ...options, fromCluster: 'blue' }))).toBe('SnapshotOfAnotherGroup');
  expect(await codeOf(restoreCluster({ ...options, fromCluster: 'red', fromGroup: 'other' }))).toBe(
    'SnapshotOfAnotherCluster',
  );
  expect(await codeOf(restoreCluster({ ...options, file: `${file}.none` }))).toBe('InvalidRequest');
  expect(await codeOf(restoreCluster({ ...options, voters: [] }))).toBe('InvalidRequest');
  writeFileSync(file, snapshot.bytes.subarray(0, 700));
  expect(await codeOf(restoreCluster(options))).toBe('SnapshotDamaged');
  expect(await codeOf(checkSnapshot(file))).toBe('SnapshotDamaged');
  const later = Buffer.from(snapshot.bytes);
  later.writeUInt8(later.readUInt8(11) + 1, 11);
  writeFileSync(file, later);
  expect(await codeOf(restoreCluster(options))).toBe('UnknownSnapshotFormat');
  for (const node of nodes) expect(node.log).toEqual([]);
});

it('takes a file of another cluster and group where that is said to be meant', async () => {
  const { options } = await start(snapshotBytes(9, 10, 'blue', 'other'));
  expect(await restoreCluster({ ...options, fromCluster: 'blue', fromGroup: 'other' })).toMatchObject({
    acknowledged: ids,
  });
});
