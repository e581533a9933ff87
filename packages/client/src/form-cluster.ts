import { FormationRefused } from './errors.ts';
import type { FormClusterOptions, FormedCluster } from './form-options.ts';

/**
 * Forms a cluster, once: only if every listed node answers as unformed, and no node of the cluster's name, listed or not, as formed or
 * spent. Each listed node is then handed the same record.
 * @throws {FormationRefused} naming the node that stands in the way; nothing was formed
 * @throws {Unavailable} if no NATS server answers
 * @throws {InvalidRequest} if an option is wrong
 */
export async function formCluster(options: FormClusterOptions): Promise<FormedCluster> {
  throw new FormationRefused({ reason: `not implemented: ${options.voters.join()}`, node: null });
}
