import { InvalidRequest } from './errors.ts';

/** The header in which messages to anybody name the cluster that they are of, by its id. */
export const CLUSTER_HEADER = 'Quorate-Cluster';

const tagCharacters = 16;

/** So much of a cluster's id goes with each request and reply: no two clusters of one name have it in common. */
export const clusterTagOf = (clusterId: string): string => clusterId.slice(0, tagCharacters);

/** The tag that a request names: of a whole id as well, and empty if its sender knows none yet. @throws {InvalidRequest} */
export function checkClusterTag(given: unknown, field: string | null = null): string {
  if (given === '') return '';
  if (typeof given === 'string' && /^[0-9a-f]{16,64}$/.test(given)) return clusterTagOf(given);
  throw new InvalidRequest({ reason: `${field ?? 'cluster'} is no id of a cluster`, field });
}
