import { clusterName, groupId, nodeId } from '@quorate/actor';
import { MemoryLogStorage } from '@quorate/raft';
import { onTestFinished } from 'vitest';
import { openDataFolder } from '../src/data-folder.ts';
import { describeCompaction } from './log-compaction-suite.ts';
import { describeLogStorage, type StorageUnderTest } from './log-storage-suite.ts';
import { temporaryFolder } from './temporary-folder.ts';

function describeAll(name: string, open: () => Promise<StorageUnderTest>): void {
  describeLogStorage(name, open);
  describeCompaction(name, open);
}

describeAll('memory', async () => {
  const storage = new MemoryLogStorage({ immediate: false });
  return { storage, settle: () => storage.completeFlush() };
});

for (const recentEntriesBytes of [16 * 1024 * 1024, 0]) {
  describeAll(`LMDB, with ${recentEntriesBytes} bytes for recent entries`, async () => {
    const owner = { nodeId: nodeId('n1'), clusterName: clusterName('main') };
    const folder = await openDataFolder({ path: temporaryFolder(), ...owner, recentEntriesBytes });
    onTestFinished(() => folder.close());
    return { storage: folder.openLog(groupId('config')), settle: () => {} };
  });
}
