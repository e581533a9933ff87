import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readerLeaseMs } from '../src/snapshot-files/reader-leases.ts';
import { SnapshotSubject } from './snapshot-subject.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const namesIn = ({ path }: SnapshotSubject): readonly string[] => readdirSync(join(path, 'snapshots', 'config')).sort();

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** A snapshot that a client reads, and a newer one. */
async function twoSnapshots() {
  const subject = await SnapshotSubject.open();
  subject.write(3, { '/a': '1' });
  const old = await subject.take();
  expect((await subject.files.lend(old.id))?.revision).toBe(3);
  subject.write(4, { '/a': '2' });
  const newer = await subject.take();
  return { subject, old: old.id, newer: newer.id };
}

test('a snapshot that is being read stays until it was not read for a while', async () => {
  const { subject, old, newer } = await twoSnapshots();
  subject.files.keepOnly([newer]);
  vi.advanceTimersByTime(readerLeaseMs - 1);
  expect(await subject.files.readStretch(old, 0, 8)).toMatchObject({ offset: 0, bytes: Buffer.from('QUORSNAP') });
  vi.advanceTimersByTime(readerLeaseMs - 1);
  expect(namesIn(subject)).toEqual([`${old}.snapshot`, `${newer}.snapshot`]);
  vi.advanceTimersByTime(1);
  await until(() => namesIn(subject).length === 1);
  expect(namesIn(subject)).toEqual([`${newer}.snapshot`]);
  expect(await subject.files.readStretch(old, 0, 8)).toBeNull();
  expect(await subject.files.lend(old)).toBeNull();
});

test('a snapshot that was read, and is wanted for itself, stays', async () => {
  const { subject, old, newer } = await twoSnapshots();
  subject.files.keepOnly([newer]);
  subject.files.keepOnly([newer, old]);
  vi.advanceTimersByTime(readerLeaseMs);
  subject.files.keepOnly([newer, old]);
  expect(await subject.files.readStretch(old, 0, 8)).not.toBeNull();
  subject.files.keepOnly([newer]);
  vi.advanceTimersByTime(readerLeaseMs);
  await until(() => namesIn(subject).length === 1);
});

test('a stretch beyond the end is none', async () => {
  const { subject, newer } = await twoSnapshots();
  expect(await subject.files.readStretch(newer, 1_000_000, 8)).toBeNull();
});
