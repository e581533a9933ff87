import { nodeId } from '@quorate/actor';
import { term } from '@quorate/raft';
import { expect, test } from 'vitest';
import { decodeLeaderAnnouncement, encodeLeaderAnnouncement } from '../src/api/leader-announcement.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test('an announcement is JSON that anyone may read, and comes back as it was', () => {
  const announcement = { leader: nodeId('n1'), term: term(3) };
  const bytes = encodeLeaderAnnouncement(announcement);
  expect(new TextDecoder().decode(bytes)).toBe('{"leader":"n1","term":"3"}');
  expect(decodeLeaderAnnouncement(bytes)).toEqual(announcement);
});

test('what a later version adds is not minded', () => {
  expect(decodeLeaderAnnouncement(text('{"leader":"n1","term":"3","more":[]}'))).toEqual({ leader: 'n1', term: 3 });
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
