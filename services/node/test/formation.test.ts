import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { type Broker, startBroker } from '@quorate/broker';
import { type DataFolder, openDataFolder } from '@quorate/lmdb-storage';
import { DropCounter } from '@quorate/nats-bus';
import { RediallingConnection } from '@quorate/nats-connection';
import {
  type Configuration,
  configurationOf,
  type FormationRecord,
  type Logger,
  logIndex,
  silentPorts,
  term,
} from '@quorate/raft';
import {
  type Announcement,
  announcementInbox,
  announcementSubject,
  clusterIdOf,
  decodeAnnouncement,
  encodeAnnouncement,
  SnapshotEncoder,
  SnapshotParser,
} from '@quorate/wire';
import { connect, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Formation } from '../src/formation.ts';

const cluster = clusterName('main');
const errors: string[] = [];
const logger: Logger = { ...silentPorts.logger, error: (message) => void errors.push(message) };

let place: string;
let broker: Broker;
let peer: NatsConnection;
let folder: DataFolder;
let connection: RediallingConnection;
let formation: Formation;
let drops: DropCounter;
const joined: string[] = [];
/** What n1 announced. */
const announced: (Announcement | null)[] = [];
/** What n1 knows of the members of its cluster. */
let configuration: Configuration | null = null;
/** How often n1 was told that it was removed. */
let removals = 0;
const members = {
  configuration: () => configuration,
  onRemoved: () => {
    removals += 1;
  },
};

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  configuration = null;
  removals = 0;
  for (const noted of [joined, announced, errors]) noted.length = 0;
  place = await mkdtemp(join(tmpdir(), 'quorate-formation-'));
  broker = await startBroker({ port: 0 });
  peer = await connect({ servers: broker.url });
  peer.subscribe(announcementSubject(cluster, 'n1'), {
    callback: (_, { data }) => void announced.push(decodeAnnouncement(new Uint8Array(data))),
  });
  await peer.flush();
  folder = await openDataFolder({ path: join(place, 'n1'), nodeId: nodeId('n1'), clusterName: cluster });
  drops = new DropCounter(logger, () => 0);
  await new Promise<void>((resolve) => {
    connection = new RediallingConnection(
      { nats: { servers: broker.url } },
      {
        connected: (fresh) => {
          formation.listen(fresh);
          void fresh.flush().then(resolve);
        },
        disconnected: () => {},
      },
    );
    formation = new Formation({
      folder,
      group: groupId('config'),
      connection,
      logger,
      drops,
      onFormed: (_, id) => void joined.push(id),
      ...members,
    });
    connection.start();
  });
});

afterEach(async () => {
  vi.useRealTimers();
  formation.stop();
  await connection.close();
  await peer.close();
  await broker.close();
  await folder.close();
  await rm(place, { recursive: true });
});

const recordWith = (storageId: string): FormationRecord => ({
  formatVersion: 1,
  clusterName: cluster,
  voters: [
    { id: nodeId('n1'), storageId },
    { id: nodeId('n2'), storageId: 'ab'.repeat(16) },
  ],
  snapshotChecksum: null,
});

/** What n1 announced until now, and was not asked for yet. */
async function heard(): Promise<readonly (Announcement | null)[]> {
  await connection.connection?.flush();
  await peer.flush();
  return announced.splice(0);
}

/** A snapshot file of some other cluster, with nothing in it. */
function snapshotBytes(): { readonly bytes: Buffer; readonly checksum: string } {
  const encoder = new SnapshotEncoder({
    clusterName: cluster,
    clusterId: 'other',
    group: groupId('config'),
    index: logIndex(7),
    term: term(2),
    timestampUs: 1_700_000_000_000_000,
    logTimeMs: 60_000,
    revision: 5,
    stateHash: 9,
    configuration: configurationOf([{ id: nodeId('old'), storageId: 'ab'.repeat(16) }]),
  });
  const bytes = Buffer.concat([encoder.begin(), encoder.end().piece]);
  const parser = new SnapshotParser('a file');
  parser.push(bytes);
  return { bytes, checksum: parser.checksum ?? '' };
}

const announce = (payload: Uint8Array): void => peer.publish(announcementSubject(cluster, 'n2'), payload);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('a node announces itself when it connects, and again each half second until it is in a cluster', async () => {
  const unformed = { kind: 'unformed', storageId: folder.storageId };
  expect(await heard()).toEqual([unformed]);
  vi.advanceTimersByTime(499);
  expect(await heard()).toEqual([]);
  vi.advanceTimersByTime(501);
  expect(await heard()).toEqual([unformed, unformed]);
  await formation.accept(recordWith(folder.storageId));
  vi.advanceTimersByTime(5_000);
  expect(await heard()).toEqual([]);
});

test('a node that is stopped announces nothing more, and joins nothing that it was just handed', async () => {
  await heard();
  const accepted = formation.accept(recordWith(folder.storageId));
  formation.stop();
  vi.advanceTimersByTime(5_000);
  expect(await heard()).toEqual([]);
  await accepted;
  expect(joined).toEqual([]);
  expect(folder.formationRecord).not.toBeNull();
});

test('a node that was formed before is in its cluster from the start, and says so when it connects', async () => {
  const record = recordWith(folder.storageId);
  await formation.accept(record);
  await heard();
  joined.length = 0;
  const onFormed = (_: FormationRecord, id: string): void => void joined.push(id);
  const group = groupId('config');
  const restarted = new Formation({ folder, group, connection, logger, drops, onFormed, ...members });
  expect(joined).toEqual([clusterIdOf(record)]);
  expect(restarted.state).toBe('formed');
  expect(restarted.clusterId).toBe(clusterIdOf(record));
  if (connection.connection !== null) restarted.listen(connection.connection);
  vi.advanceTimersByTime(5_000);
  expect(await heard()).toEqual([{ kind: 'formed', record, configuration: null }]);
});

test('a node that the record lists with its disk joins as soon as anyone tells it', async () => {
  announce(encodeAnnouncement({ kind: 'formed', record: recordWith(folder.storageId), configuration: null }));
  await until(() => joined.length === 1);
  expect(joined).toEqual([clusterIdOf(recordWith(folder.storageId))]);
  expect(formation.state).toBe('formed');
  expect(formation.clusterId).toBe(joined[0]);
  expect(folder.formationRecord?.voters).toHaveLength(2);
});

test('a node that the record lists with another disk is spent, and joins nothing', async () => {
  announce(encodeAnnouncement({ kind: 'formed', record: recordWith('cd'.repeat(16)), configuration: null }));
  await until(() => formation.state === 'spent');
  expect(joined).toEqual([]);
  expect(folder.formationRecord).toBeNull();
});

/** Waits until all that was announced is heard: what is no announcement, and counted, marks the end. */
async function settled(): Promise<void> {
  const before = drops.counts.wrongShape ?? 0;
  announce(new Uint8Array([0xc1]));
  await until(() => drops.counts.wrongShape === before + 1);
}

test('a record that does not list the node is none of its business', async () => {
  const record = recordWith(folder.storageId);
  announce(
    encodeAnnouncement({ kind: 'formed', record: { ...record, voters: record.voters.slice(1) }, configuration: null }),
  );
  await settled();
  expect(formation.state).toBe('unformed');
  expect(joined).toEqual([]);
  expect(errors).toEqual([]);
});

test.each(['its own', 'another'])(
  'a record of another cluster is nothing to a node, also when it lists the node with %s disk',
  async (disk) => {
    const record = recordWith(disk === 'its own' ? folder.storageId : 'cd'.repeat(16));
    announce(
      encodeAnnouncement({
        kind: 'formed',
        record: { ...record, clusterName: clusterName('other') },
        configuration: null,
      }),
    );
    await settled();
    expect(formation.state).toBe('unformed');
    expect(drops.counts.otherCluster).toBe(1);
    expect(errors).toEqual([]);
  },
);

test('that NATS does not let it hear the others is told', async () => {
  const refusing = createServer((socket) => {
    socket.on('data', (data) => {
      const inbox = announcementInbox(cluster);
      if (data.includes('SUB ')) socket.write(`-ERR 'Permissions Violation for Subscription to "${inbox}"'\r\n`);
      if (data.includes('PING')) socket.write('PONG\r\n');
    });
    socket.write('INFO {"server_id":"x","version":"2.9.10","max_payload":1048576,"headers":true,"proto":1}\r\n');
  });
  onTestFinished(() => void refusing.close());
  refusing.listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const address = refusing.address();
  const refused = await connect({ servers: `127.0.0.1:${typeof address === 'object' ? address?.port : null}` });
  onTestFinished(() => refused.close());
  formation.listen(refused);
  await refused.flush();
  expect(errors).toEqual(['cannot hear other nodes']);
});

test('what a node announced itself it does not answer', async () => {
  await formation.accept(recordWith(folder.storageId));
  await heard();
  peer.publish(announcementSubject(cluster, 'n1'), encodeAnnouncement({ kind: 'unformed', storageId: 'old' }));
  await settled();
  expect(await heard()).toEqual([{ kind: 'unformed', storageId: 'old' }]);
});

test('a record that cannot be kept is told, and ends no reader', async () => {
  await folder.close();
  announce(encodeAnnouncement({ kind: 'formed', record: recordWith(folder.storageId), configuration: null }));
  await until(() => errors.length > 0);
  expect(errors).toEqual(['could not join the cluster']);
  await settled();
  expect(joined).toEqual([]);
});

test('what is no announcement is counted and changes nothing', async () => {
  peer.publish(announcementSubject(cluster, 'n2').replace('n2', '-2'), new Uint8Array());
  announce(new Uint8Array([0xc1]));
  announce(new TextEncoder().encode('{"formed":true}'));
  await until(() => drops.counts.wrongShape === 2);
  expect(drops.counts).toEqual({ wrongShape: 2, wrongSubject: 1 });
  expect(formation.state).toBe('unformed');
});

test('a node with the record hands it to one that asks', async () => {
  const record = recordWith(folder.storageId);
  await formation.accept(record);
  await heard();
  announce(encodeAnnouncement({ kind: 'unformed', storageId: 'ab'.repeat(16) }));
  await settled();
  expect(await heard()).toEqual([{ kind: 'formed', record, configuration: null }]);
});

test('a second record is refused, the same one is not', async () => {
  await formation.accept(recordWith(folder.storageId));
  await formation.accept(recordWith(folder.storageId));
  expect(joined).toHaveLength(1);
  const other = { ...recordWith(folder.storageId), snapshotChecksum: 'other' };
  await expect(formation.accept(other)).rejects.toMatchObject({
    code: 'FormationRefused',
    details: { node: 'n1', reason: 'has been formed already' },
  });
});

test('a record of another cluster, and one that does not name this node with its disk, are refused', async () => {
  const record = recordWith(folder.storageId);
  const refusals: [FormationRecord, string][] = [
    [{ ...record, clusterName: clusterName('other') }, 'is of cluster main, not of other'],
    [{ ...record, voters: record.voters.slice(1) }, 'is not among the voters'],
    [recordWith('cd'.repeat(16)), 'has another data folder than the one listed'],
  ];
  for (const [refused, reason] of refusals) {
    const details = { node: 'n1', reason };
    await expect(formation.accept(refused)).rejects.toMatchObject({ code: 'FormationRefused', details });
  }
  expect(formation.state).toBe('unformed');
  expect(formation.clusterId).toBeNull();
  expect(joined).toEqual([]);
});

describe('a cluster that is restored', () => {
  const source = snapshotBytes();
  const record = (): FormationRecord => ({ ...recordWith(folder.storageId), snapshotChecksum: source.checksum });
  const tell = (): void => announce(encodeAnnouncement({ kind: 'formed', record: record(), configuration: null }));
  const stage = (bytes: Buffer): Promise<unknown> => {
    const { checksum: content } = source;
    return formation.stage({ content, fileBytes: bytes.length, offset: 0, bytes, checksum: crc32(bytes) });
  };
  const notStaged = 'has not got the whole snapshot that the cluster is restored from (quorate snapshot restore)';

  test('is joined by none of its voters without the snapshot, whoever brings the record', async () => {
    const refused = { code: 'FormationRefused', details: { node: 'n1', reason: notStaged } };
    await expect(formation.accept(record())).rejects.toMatchObject(refused);
    tell();
    tell();
    await until(() => errors.length > 0);
    await settled();
    // It is told again and again, and says so once.
    expect(errors).toEqual(['could not join the cluster']);
    expect(formation.state).toBe('unformed');
    expect(folder.formationRecord).toBeNull();
    expect(joined).toEqual([]);
  });

  test('is joined with the snapshot, whoever brings the record', async () => {
    expect(await stage(source.bytes)).toEqual({ storedBytes: source.bytes.length, isWhole: true });
    tell();
    await until(() => joined.length === 1);
    expect(joined).toEqual([clusterIdOf(record())]);
    expect(folder.openLog(groupId('config'))).toMatchObject({ firstIndex: 8, lastIndex: 7 });
    await formation.accept(record());
    expect(joined).toHaveLength(1);
  });

  const refusedFor = (reason: string) => ({ code: 'FormationRefused', details: { node: 'n1', reason } });

  test('gives nothing to a node that is in a cluster', async () => {
    await formation.accept(recordWith(folder.storageId));
    await expect(stage(source.bytes)).rejects.toMatchObject(refusedFor('is in a cluster already'));
  });

  test('gives nothing to a node that is spent', async () => {
    announce(encodeAnnouncement({ kind: 'formed', record: recordWith('cd'.repeat(16)), configuration: null }));
    await until(() => formation.state === 'spent');
    await expect(stage(source.bytes)).rejects.toMatchObject(refusedFor('has a spent id'));
  });

  test('is not joined with a snapshot that was damaged after it came', async () => {
    await stage(source.bytes);
    const staged = join(place, 'n1', 'staged');
    for (const name of await readdir(staged)) {
      const bytes = await readFile(join(staged, name));
      if (bytes.length === source.bytes.length) await writeFile(join(staged, name), bytes.fill(0, 20, 60));
    }
    await expect(formation.accept(record())).rejects.toMatchObject({ code: 'SnapshotDamaged' });
    expect(formation.state).toBe('unformed');
    expect(joined).toEqual([]);
  });

  test('has no use for a snapshot that is damaged', async () => {
    const altered = Buffer.from(source.bytes);
    altered.writeUInt8(altered.readUInt8(30) ^ 1, 30);
    await expect(stage(altered)).rejects.toMatchObject({ code: 'SnapshotDamaged' });
    altered.writeUInt8(7, 11);
    await expect(stage(altered)).rejects.toMatchObject({ code: 'UnknownSnapshotFormat' });
    await expect(formation.accept(record())).rejects.toMatchObject({ code: 'FormationRefused' });
  });
});

describe('the members', () => {
  /** A cluster of n2 alone, as a record has it, and what has become of its members since. */
  const others = (): FormationRecord => ({ ...recordWith(''), voters: recordWith('').voters.slice(1) });
  const learner = (storageId: string): Configuration => ({
    ...configurationOf(others().voters),
    learners: [{ id: nodeId('n1'), storageId, isPromotedWhenCaughtUp: false, replaces: null }],
  });
  const removed = (): Configuration => ({ ...configurationOf(others().voters), removed: [nodeId('n1')] });
  const tell = (record: FormationRecord, newest: Configuration): void =>
    announce(encodeAnnouncement({ kind: 'formed', record, configuration: newest }));

  test('are told with the record, also when they change', async () => {
    const record = recordWith(folder.storageId);
    formation.tellMembers();
    expect(await heard()).toEqual([{ kind: 'unformed', storageId: folder.storageId }]);
    await formation.accept(record);
    configuration = learner('ef'.repeat(16));
    formation.tellMembers();
    expect(await heard()).toEqual([{ kind: 'formed', record, configuration }]);
  });

  test('a node that was added joins, though the record does not name it', async () => {
    tell(others(), learner(folder.storageId));
    await until(() => joined.length === 1);
    expect(joined).toEqual([clusterIdOf(others())]);
    expect(folder.formationRecord).toEqual(others());
  });

  test('a node that was added with another disk is spent', async () => {
    tell(others(), learner('cd'.repeat(16)));
    await until(() => formation.state === 'spent');
    expect(errors).toEqual([expect.stringContaining('with another data folder')]);
    expect(joined).toEqual([]);
  });

  test('what the configuration says of a disk counts, and not what the record said before', async () => {
    const newest = (storageId: string): Configuration => configurationOf(recordWith(storageId).voters);
    tell(recordWith('cd'.repeat(16)), newest(folder.storageId));
    await until(() => joined.length === 1);
    expect(formation.state).toBe('formed');
  });

  test('a disk that the record names, and the configuration no more, is spent', async () => {
    tell(recordWith(folder.storageId), configurationOf(recordWith('cd'.repeat(16)).voters));
    await until(() => formation.state === 'spent' || joined.length > 0);
    expect(joined).toEqual([]);
  });

  test('an id that was removed does not come back, also with the disk that the record names', async () => {
    tell(recordWith(folder.storageId), removed());
    await until(() => formation.state === 'spent');
    tell(recordWith(folder.storageId), removed());
    await settled();
    expect(errors).toEqual([expect.stringContaining('the node was removed from the cluster')]);
    expect(joined).toEqual([]);
  });

  test('a node in the cluster hears that it was removed, but not while it still has a vote, nor of another cluster', async () => {
    const record = recordWith(folder.storageId);
    await formation.accept(record);
    tell(record, configurationOf(record.voters));
    tell(record, { ...removed(), outgoingVoters: record.voters });
    tell(others(), removed());
    await settled();
    expect(removals).toBe(0);
    tell(record, removed());
    await until(() => removals === 1);
  });

  test('a removed node that announces itself as a member is told', async () => {
    const record = recordWith(folder.storageId);
    await formation.accept(record);
    configuration = { ...configurationOf(record.voters.slice(0, 1)), removed: [nodeId('n2')] };
    await heard();
    tell(record, configurationOf(record.voters));
    await settled();
    expect(await heard()).toEqual([{ kind: 'formed', record, configuration }]);
  });

  test('a removed node that still speaks is told twice in a second at most', async () => {
    await formation.accept(recordWith(folder.storageId));
    await heard();
    for (let count = 0; count < 10; count += 1) formation.remind();
    expect(await heard()).toHaveLength(1);
  });
});
