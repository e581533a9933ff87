import type { FormationRecord, Voter } from '@quorate/raft';
import {
  checkTimeout,
  defaultReadOptions,
  nodeIdSchema,
  readOptionsOf,
  type ReadOptions as WireReadOptions,
} from '@quorate/wire';
import { InvalidFence, InvalidLease, InvalidRequest, InvalidRevision } from './errors.ts';
import type { ConnectOptions, ReadOptions } from './options.ts';
import type { Fence } from './transaction.ts';

type NodeId = Voter['id'];

/** Where a group is found. */
export interface GroupName {
  readonly cluster: string;
  readonly group: string;
}

/** The group that the options name. @throws {InvalidRequest} */
export function checkGroup({ cluster = 'main', group = 'config' }: ConnectOptions): GroupName {
  return { cluster: checkName('cluster', cluster), group: checkName('group', group) };
}

/** Whether writes are to have a session. @throws {InvalidRequest} */
export function checkSessions(sessions: unknown): void {
  if (sessions === undefined || typeof sessions === 'boolean') return;
  throw new InvalidRequest({ reason: 'sessions is neither true nor false', field: 'sessions' });
}

/** Names of clusters, groups and nodes obey one rule. @throws {InvalidRequest} */
export function checkName(field: string, name: unknown): string {
  const parsed = nodeIdSchema.safeParse(name);
  if (parsed.success) return parsed.data;
  const reason = `${field} ${JSON.stringify(name)} is no name: 1 to 64 letters, digits, "-" and "_", beginning with a letter or digit`;
  throw new InvalidRequest({ reason, field });
}

/** A node's name, as changes of members carry it. @throws {InvalidRequest} */
export function checkNodeId(field: string, name: unknown): NodeId {
  const parsed = nodeIdSchema.safeParse(name);
  return parsed.success ? parsed.data : nodeIdSchema.parse(checkName(field, name));
}

/** A cluster's name, as records of formation carry it. @throws {InvalidRequest} */
export function checkClusterName(name: string): FormationRecord['clusterName'] {
  if (isClusterName(name)) return name;
  throw new InvalidRequest({ reason: `${JSON.stringify(name)} is no cluster name`, field: 'cluster' });
}

const isClusterName = (name: string): name is FormationRecord['clusterName'] => nodeIdSchema.safeParse(name).success;

/** A call's time: its own, or the store's. @throws {InvalidRequest} */
export const checkTimeoutMs = (given: number | undefined, otherwise: number): number =>
  checkTimeout(given ?? otherwise);

/** The node that a call names, if it does. @throws {InvalidRequest} */
export const checkNode = (node: string | undefined): string | undefined =>
  node === undefined ? undefined : checkName('node', node);

/** How fresh a read is to be. @throws {InvalidRequest | InvalidRevision} */
export function checkReadOptions({ consistency, maxStalenessMs, minRevision }: ReadOptions): WireReadOptions {
  if (consistency === undefined && maxStalenessMs === undefined && minRevision === undefined) return defaultReadOptions;
  return readOptionsOf({
    ...(consistency === undefined ? {} : { consistency }),
    ...(maxStalenessMs === undefined ? {} : { maxStalenessMs }),
    ...(minRevision === undefined ? {} : { minRevision: revisionNumber(minRevision) }),
  });
}

/** A revision as commands carry it. @throws {InvalidRevision} */
export const checkRevisionOption = (ifRevision: bigint | undefined): { readonly ifRevision?: number } =>
  ifRevision === undefined ? {} : { ifRevision: revisionNumber(ifRevision) };

/** The lease that a key is put with. @throws {InvalidLease} */
export const checkLeaseOption = (lease: bigint | undefined): { readonly lease?: number } =>
  lease === undefined ? {} : { lease: leaseNumber(lease) };

/** A lease's id as commands carry it. @throws {InvalidLease} */
export function leaseNumber(lease: unknown): number {
  const isId = typeof lease === 'bigint' && lease >= 1n && lease <= Number.MAX_SAFE_INTEGER;
  if (isId) return Number(lease);
  throw new InvalidLease({ reason: `${lease} is no id of a lease, such as 1n` });
}

/** What a write is fenced with. @throws {InvalidFence} */
export function checkFenceOption(fence: Fence | undefined): { readonly fence?: { lock: string; token: number } } {
  if (fence === undefined) return {};
  // A caller in plain JavaScript is bound by no type.
  if (typeof fence !== 'object' || fence === null) throw new InvalidFence({ reason: 'it is no object' });
  const { lock, token } = fence;
  if (typeof lock !== 'string') throw new InvalidFence({ reason: 'the lock is no text' });
  const isToken = typeof token === 'bigint' && token >= 1n && token <= Number.MAX_SAFE_INTEGER;
  if (!isToken) throw new InvalidFence({ reason: `token ${token} is no bigint from 1` });
  return { fence: { lock, token: Number(token) } };
}

/** A revision that a read names, or null. @throws {InvalidRevision} */
export const revisionOrNull = (revision: bigint | undefined): number | null =>
  revision === undefined ? null : revisionNumber(revision);

/** A revision as commands and queries carry it. @throws {InvalidRevision} */
export function revisionNumber(revision: unknown): number {
  if (typeof revision !== 'bigint') {
    throw new InvalidRevision({ given: String(revision) }, `revision ${revision} is no bigint, such as 1n`);
  }
  const isRevision = revision >= 0n && revision <= Number.MAX_SAFE_INTEGER;
  if (!isRevision) throw new InvalidRevision({ given: String(revision) });
  return Number(revision);
}

/** The first index that `committed` is to deliver. @throws {InvalidRequest} */
export function checkFromIndex(fromIndex: bigint | undefined): number {
  const isIndex = typeof fromIndex === 'bigint' && fromIndex >= 1n && fromIndex <= Number.MAX_SAFE_INTEGER;
  if (isIndex) return Number(fromIndex);
  throw new InvalidRequest({ reason: `fromIndex ${fromIndex} is no bigint from 1 to 2^53 - 1`, field: 'fromIndex' });
}

/** The voters of a cluster that is to be formed. @throws {InvalidRequest} */
export function checkVoters(voters: readonly string[]): readonly string[] {
  if (!Array.isArray(voters) || voters.length === 0) {
    throw new InvalidRequest({ reason: 'a cluster has one voter at least', field: 'voters' });
  }
  const names = voters.map((voter) => checkName('voter', voter));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new InvalidRequest({ reason: `voter ${twice} is listed twice`, field: 'voters' });
  return names;
}
