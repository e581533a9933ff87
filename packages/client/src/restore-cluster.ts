import type { SnapshotContent } from '@quorate/wire';
import { checkGroup, checkName, checkTimeoutMs, checkVoters, type GroupName } from './check-options.ts';
import { readSnapshot } from './check-snapshot.ts';
import { SnapshotProblem } from './errors.ts';
import type { FormedCluster } from './form-options.ts';
import { formationRecordOf } from './formation-record-of.ts';
import { gatherHellos } from './gather-hellos.ts';
import { openGroupAccess } from './group-access.ts';
import { handOut } from './hand-out.ts';
import { defaultStepMs, type RestoreClusterOptions } from './snapshots.ts';
import { stageSnapshot } from './stage-snapshot.ts';

/**
 * Forms a new cluster, with an id of its own, that begins with what a snapshot file holds: keys, revisions and all. The file is verified, then
 * brought to each listed node, which verifies it too; then each is handed the record of formation. Where it was broken off, the same call goes on.
 * @throws {SnapshotProblem} if the file is damaged, of another format version, or of another cluster or group than was said; nothing was changed
 * @throws {FormationRefused} naming the node that stands in the way: one that does not answer, or is in a cluster; nothing was formed
 * @throws {OutcomeUnknown} if the record was handed out and no node acknowledged it: the cluster may have been formed, or may yet be
 * @throws {Unavailable | InvalidRequest}
 */
export async function restoreCluster(options: RestoreClusterOptions): Promise<FormedCluster> {
  const { file, onProgress = () => {} } = options;
  const voters = checkVoters(options.voters);
  const timeoutMs = checkTimeoutMs(options.timeoutMs, defaultStepMs);
  const content = await readSnapshot(file);
  checkOrigin(content, options);
  const access = await openGroupAccess({ ...options, timeoutMs });
  const lifetime = access.lifetime.child(options.signal);
  try {
    const hellos = await gatherHellos(access, lifetime, voters);
    const record = formationRecordOf(access.cluster, voters, hellos, content.checksum);
    const nodes = voters.filter((voter) =>
      hellos.some(({ id, formation }) => id === voter && formation === 'unformed'),
    );
    await stageSnapshot({ access, lifetime, file, content, nodes, timeoutMs, onProgress });
    return await handOut(access, lifetime, record, timeoutMs);
  } finally {
    lifetime.over();
    await access.close();
  }
}

/** @throws {SnapshotProblem} if the file is of another cluster or group than the caller says */
function checkOrigin({ header }: SnapshotContent, options: RestoreClusterOptions): void {
  const from: GroupName = checkGroup(options);
  const cluster = options.fromCluster === undefined ? from.cluster : checkName('fromCluster', options.fromCluster);
  const group = options.fromGroup === undefined ? from.group : checkName('fromGroup', options.fromGroup);
  const found = `${options.file} is a snapshot of cluster ${header.clusterName}, group ${header.group}`;
  if (header.clusterName !== cluster) {
    const message = `${found}: if that one is meant, say so (--from-cluster ${header.clusterName})`;
    throw new SnapshotProblem({ code: 'SnapshotOfAnotherCluster', message });
  }
  if (header.group === group) return;
  const message = `${found}: if that one is meant, say so (--from-group ${header.group})`;
  throw new SnapshotProblem({ code: 'SnapshotOfAnotherGroup', message });
}
