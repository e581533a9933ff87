import { nodeId } from '@quorate/actor';
import { term } from '@quorate/raft';
import { expect, test } from 'vitest';
import { decodeLeaderAnnouncement, encodeLeaderAnnouncement } from '../src/api/leader-announcement.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test('an announcement is JSON that anyone may read, and comes back as it was', () => {
  const announcement = { leader: nodeId('n1'), term: term(3), cluster: '93a74742af3dfbe4' };
  const bytes = encodeLeaderAnnouncement(announcement);
  expect(new TextDecoder().decode(bytes)).toBe('{"leader":"n1","term":"3","cluster":"93a74742af3dfbe4"}');
  expect(decodeLeaderAnnouncement(bytes)).toEqual(announcement);
});

test('what a later version adds is not minded, nor what an earlier one does not say', () => {
  const announcement = { leader: 'n1', term: 3, cluster: null };
  expect(decodeLeaderAnnouncement(text('{"leader":"n1","term":"3","more":[]}'))).toEqual(announcement);
});

test.each([
  '',
  'n1',
  'null',
  '[]',
  '{"leader":"n1"}',
  '{"leader":"n1","term":3}',
  '{"leader":"n1","term":"-3"}',
  '{"leader":"n1","term":"9999999999999999"}',
  '{"leader":"n.1","term":"3"}',
  '{"leader":7,"term":"3"}',
])('%j is none', (value) => {
  expect(decodeLeaderAnnouncement(text(value))).toBeNull();
});

test('bytes that are no text are none', () => {
  expect(decodeLeaderAnnouncement(new Uint8Array([0xff, 0xfe]))).toBeNull();
});
