import { clusterName, nodeId } from '@quorate/actor';
import type { Configuration, FormationRecord } from '@quorate/raft';
import { expect, test } from 'vitest';
import { encodeFormationRecord } from '../src/api/formation.ts';
import { encodeMsgpack } from '../src/config-store/msgpack.ts';
import {
  announcementSubject,
  decodeAnnouncement,
  encodeAnnouncement,
  parseAnnouncementSubject,
} from '../src/peer/announcement.ts';

const record: FormationRecord = {
  formatVersion: 1,
  clusterName: clusterName('main'),
  voters: [{ id: nodeId('n1'), storageId: 'ab' }],
  snapshotChecksum: null,
};

const configuration: Configuration = {
  voters: [{ id: nodeId('n1'), storageId: 'ab' }],
  outgoingVoters: [],
  learners: [{ id: nodeId('n4'), storageId: 'cd', isPromotedWhenCaughtUp: true, replaces: nodeId('n1') }],
  removed: [nodeId('n2')],
};

test.each([
  { kind: 'unformed', storageId: 'ab' } as const,
  { kind: 'formed', record, configuration: null } as const,
  { kind: 'formed', record, configuration } as const,
])('an announcement comes out as it went in: $kind', (announcement) => {
  expect(decodeAnnouncement(encodeAnnouncement(announcement))).toEqual(announcement);
});

test.each([
  ['no msgpack', new Uint8Array([0xc1])],
  ['no frame', encodeMsgpack({ kind: 'unformed' })],
  ['another version', encodeMsgpack([2, 'unformed', 'ab'])],
  ['another kind', encodeMsgpack([1, 'spent', 'ab'])],
  ['a storage id that is no text', encodeMsgpack([1, 'unformed', 7])],
  ['a record that is no record', encodeMsgpack([1, 'formed', new Uint8Array([1]), null])],
  ['a record that is no bytes', encodeMsgpack([1, 'formed', record, null])],
  ['a record without members', encodeMsgpack([1, 'formed', encodeFormationRecord(record)])],
  ['members that are none', encodeMsgpack([1, 'formed', encodeFormationRecord(record), new Uint8Array([1])])],
  ['members that are no bytes', encodeMsgpack([1, 'formed', encodeFormationRecord(record), configuration])],
])('%s is no announcement', (_, bytes) => {
  expect(decodeAnnouncement(bytes)).toBeNull();
});

test('the subject names the cluster and who announced itself, and no other subject is one of announcements', () => {
  expect(parseAnnouncementSubject(announcementSubject('main', 'n2'))).toEqual({ cluster: 'main', from: 'n2' });
  for (const other of [
    'quorate.main.peer.n2._formation.more',
    'quorate.main.peer.n2.formation',
    'quorate.main.api.n2._formation',
    'other.main.peer.n2._formation',
    'quorate.main.peer.-2._formation',
    'quorate.-.peer.n2._formation',
    'quorate.main.peer',
    '',
  ]) {
    expect(parseAnnouncementSubject(other)).toBeNull();
  }
});
