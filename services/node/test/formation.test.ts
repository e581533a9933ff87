import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterName, nodeId } from '@quorate/actor';
import { type Broker, startBroker } from '@quorate/broker';
import { type DataFolder, openDataFolder } from '@quorate/lmdb-storage';
import { DropCounter } from '@quorate/nats-bus';
import { RediallingConnection } from '@quorate/nats-connection';
import { type FormationRecord, silentPorts } from '@quorate/raft';
import { announcementInbox, announcementSubject, decodeAnnouncement, encodeAnnouncement } from '@quorate/wire';
import { connect, type NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Formation } from '../src/formation.ts';

const cluster = clusterName('main');
const { logger } = silentPorts;

let place: string;
let broker: Broker;
let peer: NatsConnection;
let folder: DataFolder;
let connection: RediallingConnection;
let formation: Formation;
let drops: DropCounter;
const joined: string[] = [];

beforeEach(async () => {
  joined.length = 0;
  place = await mkdtemp(join(tmpdir(), 'quorate-formation-'));
  broker = await startBroker({ port: 0 });
  peer = await connect({ servers: broker.url });
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
    formation = new Formation({ folder, connection, logger, drops, onFormed: (_, id) => void joined.push(id) });
    connection.start();
  });
});

afterEach(async () => {
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

const announce = (payload: Uint8Array): void => peer.publish(announcementSubject(cluster, 'n2'), payload);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('a node that the record lists with its disk joins as soon as anyone tells it', async () => {
  announce(encodeAnnouncement({ kind: 'formed', record: recordWith(folder.storageId) }));
  await until(() => joined.length === 1);
  expect(formation.state).toBe('formed');
  expect(folder.formationRecord?.voters).toHaveLength(2);
});

test('a node that the record lists with another disk is spent, and joins nothing', async () => {
  announce(encodeAnnouncement({ kind: 'formed', record: recordWith('cd'.repeat(16)) }));
  await until(() => formation.state === 'spent');
  expect(joined).toEqual([]);
  expect(folder.formationRecord).toBeNull();
});

test('what is no announcement is counted and changes nothing', async () => {
  announce(new Uint8Array([0xc1]));
  announce(new TextEncoder().encode('{"formed":true}'));
  await until(() => drops.counts.wrongShape === 2);
  expect(formation.state).toBe('unformed');
});

test('a node with the record hands it to one that asks', async () => {
  await formation.accept(recordWith(folder.storageId));
  const heard = new Promise<string>((resolve) => {
    peer.subscribe(announcementInbox(cluster), {
      callback: (_, message) => {
        const announcement = decodeAnnouncement(new Uint8Array(message.data));
        if (announcement?.kind === 'formed') resolve(message.subject);
      },
    });
  });
  announce(encodeAnnouncement({ kind: 'unformed', storageId: 'ab'.repeat(16) }));
  expect(await heard).toBe(announcementSubject(cluster, 'n1'));
});

test('a second record, and one that does not name this node, are refused', async () => {
  await formation.accept(recordWith(folder.storageId));
  await formation.accept(recordWith(folder.storageId));
  expect(joined).toHaveLength(1);
  const other = { ...recordWith(folder.storageId), snapshotChecksum: 'other' };
  await expect(formation.accept(other)).rejects.toMatchObject({ code: 'FormationRefused' });
  const without = { ...other, voters: other.voters.slice(1) };
  await expect(formation.accept(without)).rejects.toMatchObject({
    code: 'FormationRefused',
    message: expect.stringContaining('n1'),
  });
});
