import type { MembershipChange } from '@quorate/raft';
import { decodeChanged, decodeHello, encodeMembershipChange } from '@quorate/wire';
import { checkNodeId } from './check-options.ts';
import { InvalidRequest, JoinRefused, MembersUnchanged, Unavailable } from './errors.ts';
import type { GroupAccess } from './group-access.ts';
import type { Lifetime } from './lifetime.ts';
import type { MemberChanges, MembersChanged, NewMember } from './members.ts';
import { membersOfStatus } from './members-of-status.ts';
import type { ClusterStatus, NodeStatus } from './store.ts';

/** How long a machine that is to be added may take to say who it is. */
const helloMs = 2_000;

/** What a change is made with. */
export interface ChangeMembersOptions {
  readonly access: GroupAccess;
  readonly lifetime: Lifetime;
  readonly timeoutMs: number;
  /** How all nodes stand. The change goes to the leader that it names. */
  readonly status: () => Promise<ClusterStatus>;
}

/** `Store.changeMembers`. */
export async function changeMembers(changes: MemberChanges, options: ChangeMembersOptions): Promise<MembersChanged> {
  const { access, lifetime, timeoutMs } = options;
  const { add, ...rest } = checkChanges(changes);
  const deadlineMs = access.clock.now() + timeoutMs;
  const leftMs = (): number => Math.max(1, Math.floor(deadlineMs - access.clock.now()));
  const status = withoutNewcomers(await options.status(), add);
  const learners: MembershipChange['add'][number][] = [];
  for (const { id, promote, replaces } of add) {
    const storageId = await storageIdOf(id, status, options, leftMs());
    learners.push({ id, storageId, isPromotedWhenCaughtUp: promote, replaces });
  }
  const body = encodeMembershipChange({ add: learners, ...rest });
  const request = { endpoint: 'members', kind: 'write', body, timeoutMs: leftMs(), lifetime } as const;
  return { index: BigInt(decodeChanged(await access.router.request(request))) };
}

interface CheckedChanges extends Omit<MembershipChange, 'add'> {
  readonly add: readonly {
    readonly id: MembershipChange['add'][number]['id'];
    readonly promote: boolean;
    readonly replaces: MembershipChange['add'][number]['replaces'];
  }[];
}

/** @throws {InvalidRequest} */
function checkChanges({ add = [], promote = [], remove = [], force = false }: MemberChanges): CheckedChanges {
  if (typeof force !== 'boolean') throw new InvalidRequest({ reason: 'force is true or false', field: 'force' });
  for (const [field, ids] of Object.entries({ add, promote, remove })) {
    if (!Array.isArray(ids)) throw new InvalidRequest({ reason: `${field} is a list of ids`, field });
  }
  const checked: CheckedChanges = {
    add: add.map((one) => checkNewMember(typeof one === 'string' ? { id: one } : one)),
    promote: promote.map((id) => checkNodeId('promote', id)),
    remove: remove.map((id) => checkNodeId('remove', id)),
    force,
  };
  const named = [...checked.add.map(({ id }) => id), ...checked.promote, ...checked.remove];
  const twice = named.find((id, at) => named.indexOf(id) !== at);
  if (twice === undefined) return checked;
  throw new InvalidRequest({ reason: `${twice} stands twice in one change`, field: null });
}

function checkNewMember({ id, promote, replaces }: NewMember): CheckedChanges['add'][number] {
  return {
    id: checkNodeId('add', id),
    promote: promote ?? replaces !== undefined,
    replaces: replaces === undefined ? null : checkNodeId('replaces', replaces),
  };
}

/**
 * The data folder of a machine that is to be added. One that is a member already is for the leader to refuse.
 * @throws {JoinRefused}
 * @throws {MembersUnchanged} `IdSpent` if it was removed once, whether it runs or not
 */
async function storageIdOf(
  node: string,
  status: ClusterStatus,
  { access, lifetime }: ChangeMembersOptions,
  leftMs: number,
): Promise<string> {
  const { members, removed } = membersOfStatus(status);
  const known = members.find(({ id }) => id === node);
  if (known !== undefined) return known.storageId;
  if (removed.includes(node)) {
    const message = `${node} was a member once: an id never comes back, give the machine a new one`;
    throw new MembersUnchanged({ code: 'IdSpent', message });
  }
  const body = new Uint8Array();
  const timeoutMs = Math.min(helloMs, leftMs);
  const request = { endpoint: 'hello', kind: 'read', body, node, timeoutMs, lifetime } as const;
  const reply = await access.router.request(request).catch((error: unknown) => {
    const isSilent =
      error instanceof Unavailable || (error instanceof Error && 'code' in error && error.code === 'Timeout');
    throw isSilent ? new JoinRefused({ node, reason: 'does not answer' }) : error;
  });
  const { storageId, clusterId } = decodeHello(reply);
  if (clusterId !== null && clusterId !== clusterIdIn(status)) {
    throw new JoinRefused({ node, reason: 'is a member of another cluster' });
  }
  return storageId;
}

/** The status by those who are not to be added: a machine of another cluster has another idea of the members. By all, if there are no others. */
function withoutNewcomers({ leader, nodes }: ClusterStatus, add: CheckedChanges['add']): ClusterStatus {
  const isNew = (node: string): boolean => add.some(({ id }) => id === node);
  const others = nodes.filter(({ id, role }) => role !== 'unreachable' && !isNew(id));
  if (others.length === 0) return { leader, nodes };
  return { leader: leader === null || isNew(leader) ? null : leader, nodes: others };
}

/** Of the cluster that is to grow. */
function clusterIdIn({ leader, nodes }: ClusterStatus): string | null {
  const formed = nodes.filter((node): node is NodeStatus => 'clusterId' in node && node.clusterId !== null);
  return (formed.find(({ id }) => id === leader) ?? formed[0])?.clusterId ?? null;
}
