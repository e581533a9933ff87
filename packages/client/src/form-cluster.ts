import { checkVoters } from './check-options.ts';
import type { FormClusterOptions, FormedCluster } from './form-options.ts';
import { formationRecordOf } from './formation-record-of.ts';
import { gatherHellos } from './gather-hellos.ts';
import { openGroupAccess } from './group-access.ts';
import { handOut } from './hand-out.ts';

/**
 * Forms a cluster, once: only if every listed node answers as unformed, and no node of the cluster's name, listed or not, as formed or
 * spent. Each listed node is then handed the same record.
 * @throws {FormationRefused} naming the node that stands in the way; nothing was formed
 * @throws {OutcomeUnknown} if the record was handed out and no node acknowledged it: the cluster may have been formed, or may yet be
 * @throws {NotPermitted} by NATS, with these credentials; nothing was formed
 * @throws {Unavailable} if no NATS server answers
 * @throws {InvalidRequest} if an option is wrong
 */
export async function formCluster(options: FormClusterOptions): Promise<FormedCluster> {
  const voters = checkVoters(options.voters);
  const access = await openGroupAccess(options);
  const lifetime = access.lifetime.child(options.signal);
  try {
    const deadlineMs = access.clock.now() + access.timeoutMs;
    const hellos = await gatherHellos(access, lifetime, voters);
    const record = formationRecordOf(access.cluster, voters, hellos);
    return await handOut(access, lifetime, record, Math.max(1, Math.floor(deadlineMs - access.clock.now())));
  } finally {
    lifetime.over();
    await access.close();
  }
}
