import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ClusterName, clusterName, type GroupId, groupId, type NodeId, nodeId } from '@quorate/actor';
import { type FlushableLogStorage, type LogStorage, MemoryLogStorage } from '@quorate/raft';
import { expect, test } from 'vitest';
import { openDataFolder } from '../src/data-folder.ts';
import { Child } from './child.ts';
import { compactStep } from './children/compact-step.mjs';
import { plain } from './sample-entries.ts';
import { SnapshotSubject, values } from './snapshot-subject.ts';
import { temporaryFolder } from './temporary-folder.ts';

const owner: { nodeId: NodeId; clusterName: ClusterName } = {
  nodeId: nodeId('n1'),
  clusterName: clusterName('main'),
};
const group: GroupId = groupId('config');

function content(log: LogStorage) {
  const { firstIndex, lastIndex, hardState, snapshot } = log;
  const entries = log.read(firstIndex, { maxEntries: 1_000_000, maxBytes: 1_000_000_000 });
  return { firstIndex, lastIndex, hardState, snapshot, entries: entries.map(plain) };
}

/** What the log holds after so many steps. */
function contentAfter(steps: number): ReturnType<typeof content> {
  const log = new MemoryLogStorage({ immediate: true });
  for (let step = 1; step <= steps; step += 1) compactStep(log, step);
  return content(log);
}

async function sweep(log: FlushableLogStorage): Promise<void> {
  while (log.staged) await new Promise((resolve) => log.flush(resolve));
}

test.each([2, 9, 15, 22])(
  'a log that was being compacted is whole after SIGKILL, with %i flushes done',
  async (flushes) => {
    const path = temporaryFolder();
    const child = Child.start('compact-steps', path);
    for (let line = 1; line <= flushes; line += 1) await child.line();
    await child.kill();
    const lines = [`flushed ${flushes}`, ...(await child.restOfLines())];
    const said = Number(lines.at(-1)?.split(' ')[1]);

    const folder = await openDataFolder({ path, ...owner });
    const log = folder.openLog(group);
    const found = content(log);
    // The step after the last one that it spoke of may have been flushed too, whole, or at least its term.
    const [last, next] = [contentAfter(said), contentAfter(said + 1)];
    const expected = [last, { ...last, hardState: next.hardState }, next];
    expect(expected).toContainEqual(found);
    await sweep(log);
    expect(content(log)).toEqual(found);
    await folder.close();
  },
);

test('a state that was being replaced, by a process that is killed, is the old one, the new one, or has applied nothing', {
  timeout: 60_000,
}, async () => {
  let subject = await SnapshotSubject.open();
  const { path } = subject;
  subject.write(7, values(20_000, 100));
  const record = await subject.take();
  const loaded = values(20_000, 100);
  const before = { ...loaded, ...values(20_000, 50, 10_000) };
  for (let kill = 0; kill < 6; kill += 1) {
    subject.write(6, values(20_000, 50, 10_000));
    await subject.close();
    const child = Child.start('load-snapshots', path, JSON.stringify(record));
    for (let line = 0; line <= kill % 3; line += 1) expect(await child.line()).not.toMatch(/fatal/);
    await new Promise((resolve) => setTimeout(resolve, 60 * kill));
    await child.kill();

    subject = await SnapshotSubject.open({ path });
    const { lastApplied } = subject.tables.progress;
    expect([0, 6, 7]).toContain(lastApplied);
    if (lastApplied > 0) expect(subject.content()).toEqual(lastApplied === 7 ? loaded : before);
    expect(readdirSync(join(path, 'snapshots', 'config'))).toEqual([`${record.id}.snapshot`]);
    subject.files.load(record);
    await subject.answer('snapshotLoaded');
    expect(subject.content()).toEqual(loaded);
  }
});
