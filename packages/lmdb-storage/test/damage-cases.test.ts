import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterName, type GroupId, groupId, nodeId } from '@quorate/actor';
import { keysTable } from '@quorate/config-store';
import { type FormationRecord, logIndex, type SnapshotRecord, silentPorts, term } from '@quorate/raft';
import { clusterIdOf } from '@quorate/wire';
import { expect, onTestFinished, test } from 'vitest';
import { openDataFolder } from '../src/data-folder.ts';
import { Child } from './child.ts';
import { putKey } from './rows.ts';
import { entries } from './sample-entries.ts';
import { pointAt } from './snapshot-subject.ts';

const cases = 1_000;
const group: GroupId = groupId('config');
const formation: FormationRecord = {
  formatVersion: 1,
  clusterName: clusterName('main'),
  voters: [{ id: nodeId('n1'), storageId: '1'.repeat(32) }],
  snapshotChecksum: null,
};

/** In memory if there is such a place: each case flushes a dozen times. */
function memoryFolder(): string {
  const path = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'quorate-damage-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A data folder with entries, deletions, values of many pages, several snapshots' worth of compaction, and a snapshot. */
async function usedFolder(path: string): Promise<void> {
  const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
  await folder.acceptFormation(formation);
  const log = folder.openLog(group);
  const tables = folder.openTables(group);
  let answered: (record: SnapshotRecord) => void = () => {};
  const files = folder.openSnapshots({
    group,
    clusterId: clusterIdOf(formation),
    tables,
    logger: silentPorts.logger,
    tell: (answer) => answer.kind === 'snapshotTaken' && answered(answer.record),
    onFatal: (error) => {
      throw error;
    },
  });
  const flush = async (): Promise<void> => {
    do await new Promise((resolve) => log.flush(resolve));
    while (log.staged);
  };
  log.setHardState({ currentTerm: term(3), votedFor: nodeId('n2') });
  for (let round = 1; round <= 6; round += 1) {
    for (let batch = 0; batch < 10; batch += 1) {
      if (batch === 5) log.truncate(logIndex(log.lastIndex - 3));
      log.append(entries(log.lastIndex + 1, 60, 3));
      await flush();
      tables.transaction((writer) => {
        for (let row = 0; row < 60; row += 1) {
          const key = `/app/${(row * 37 + round * 11) % 400}`;
          const value = Buffer.alloc(row % 30 === 0 ? 20_000 : 100 + row, `${round}`);
          if (row % 7 === 0) writer.delete(keysTable, key);
          else putKey(writer, key, value);
        }
        writer.setProgress({ lastApplied: log.lastIndex, lastAppliedTerm: term(3), revision: round, stateHash: round });
      });
    }
    const taken = new Promise<SnapshotRecord>((resolve) => {
      answered = resolve;
    });
    files.take({ ...pointAt(tables.progress.lastApplied), term: term(3) });
    const record = await taken;
    log.setSnapshot(record);
    log.compact(logIndex(record.index - 200));
    await flush();
    files.keepOnly([record.id]);
  }
  await files.close();
  await folder.close();
}

test(`of ${cases} random damages none is read, none shortens the log, and none ends the process`, {
  timeout: 300_000,
}, async () => {
  const path = memoryFolder();
  const copies = memoryFolder();
  await usedFolder(path);
  const ended: string[] = [];
  const child = Child.start('damage-cases', path, copies, '1', String(cases));
  let last = '';
  for (let line = await child.line(); line !== null; line = await child.line()) {
    last = line;
    if (line.startsWith('ended')) ended.push(line.slice('ended '.length));
  }
  expect(last).toBe(`ended ${ended.at(-1)}`);
  expect(ended).toHaveLength(cases);
  expect(ended.filter((line) => !/^\d+ well/.test(line))).toEqual([]);
  // Every kind of damage was met, and what was only in free pages was not.
  for (const what of [
    'log, found log state',
    'log, found holes',
    'log, nothing found',
    'state, found state',
    'snapshot, found',
    'second copy, found',
  ]) {
    expect(ended.filter((line) => line.endsWith(what)).length, what).toBeGreaterThan(10);
  }
});
