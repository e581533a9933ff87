import { clusterName, groupId, nodeId } from '@quorate/actor';
import { MemoryLogStorage } from '@quorate/raft';
import { onTestFinished } from 'vitest';
import { openDataFolder } from '../src/data-folder.ts';
import { describeLogStorage } from './log-storage-suite.ts';
import { temporaryFolder } from './temporary-folder.ts';

describeLogStorage('memory', async () => {
  const storage = new MemoryLogStorage({ immediate: false });
  return { storage, settle: () => storage.completeFlush() };
});

for (const recentEntriesBytes of [16 * 1024 * 1024, 0]) {
  describeLogStorage(`LMDB, with ${recentEntriesBytes} bytes for recent entries`, async () => {
    const owner = { nodeId: nodeId('n1'), clusterName: clusterName('main') };
    const folder = await openDataFolder({ path: temporaryFolder(), ...owner, recentEntriesBytes });
    onTestFinished(() => folder.close());
    return { storage: folder.openLog(groupId('config')), settle: () => {} };
  });
}
