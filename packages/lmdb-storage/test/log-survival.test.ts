import { type ClusterName, clusterName, type GroupId, groupId, type NodeId, nodeId } from '@quorate/actor';
import { type HardState, type LogStorage, logIndex, MemoryLogStorage } from '@quorate/raft';
import { expect, test } from 'vitest';
import { openDataFolder } from '../src/data-folder.ts';
import { Child } from './child.ts';
import { writeStep } from './children/write-step.mjs';
import { plain } from './sample-entries.ts';
import { temporaryFolder } from './temporary-folder.ts';

const owner: { nodeId: NodeId; clusterName: ClusterName } = {
  nodeId: nodeId('n1'),
  clusterName: clusterName('main'),
};
const group: GroupId = groupId('config');

interface Content {
  readonly hardState: HardState;
  readonly entries: readonly unknown[];
}

function content(log: LogStorage): Content {
  const entries = log.read(logIndex(1), { maxEntries: 1_000_000, maxBytes: 1_000_000_000 });
  return { hardState: log.hardState, entries: entries.map(plain) };
}

/** What the log holds after so many steps. */
function contentAfter(steps: number, commandBytes: number): Content {
  const log = new MemoryLogStorage({ immediate: true });
  for (let step = 1; step <= steps; step += 1) writeStep(log, step, commandBytes);
  return content(log);
}

async function reopened(path: string): Promise<Content> {
  const folder = await openDataFolder({ path, ...owner });
  const found = content(folder.openLog(group));
  await folder.close();
  return found;
}

/** What was found is what there was after so many steps, or one more; term and vote may be that one step ahead of the entries, for they have a second copy. */
function expectAfter(steps: number, commandBytes: number, { hardState, entries }: Content): void {
  const [last, next] = [contentAfter(steps, commandBytes), contentAfter(steps + 1, commandBytes)];
  const isNext = JSON.stringify(entries) === JSON.stringify(next.entries);
  expect(entries).toEqual(isNext ? next.entries : last.entries);
  expect(isNext ? [next.hardState] : [last.hardState, next.hardState]).toContainEqual(hardState);
}

const lastStep = (lines: readonly string[]): number => Number(lines.at(-1)?.split(' ')[1] ?? 0);

test.each([7, 40, 120])('what was flushed is there after SIGKILL, with %i flushes done', async (flushes) => {
  const path = temporaryFolder();
  const child = Child.start('flush-steps', path, '300');
  for (let line = 1; line <= flushes; line += 1) await child.line();
  await child.kill();
  const said = lastStep([`flushed ${flushes}`, ...(await child.restOfLines())]);

  expectAfter(said, 300, await reopened(path));
});

test('a flush that fails says so, as does every later one of any group, and the log stays as it was', async () => {
  const path = temporaryFolder();
  const child = Child.startWithFileLimit(2_000, 'flush-steps', path, '30000');
  const lines = await child.restOfLines();
  expect(lines.at(-1)).toBe('failed failed failed');
  const flushed = lastStep(lines.slice(0, -1));
  expect(flushed).toBeGreaterThan(3);
  expectAfter(flushed, 30_000, await reopened(path));
});
