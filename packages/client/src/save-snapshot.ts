import { decodeTakenSnapshot, encodeSnapshotRequest, type TakenSnapshot } from '@quorate/wire';
import { infoOf, readSnapshot } from './check-snapshot.ts';
import { download } from './download.ts';
import { NoLeader, OutcomeUnknown, QuorateError, SnapshotProblem, Unavailable } from './errors.ts';
import type { GroupAccess } from './group-access.ts';
import type { Lifetime } from './lifetime.ts';
import { SnapshotTarget } from './snapshot-target.ts';
import type { NodeSnapshot, SaveSnapshotOptions, SnapshotInfo } from './snapshots.ts';
import type { ClusterStatus } from './store.ts';

/** How often a snapshot is taken and fetched from the beginning, until that is given up. */
const maxAttempts = 5;

/** What a snapshot is taken with. */
export interface SnapshotAccess {
  readonly access: GroupAccess;
  readonly lifetime: Lifetime;
  /** For each step. */
  readonly timeoutMs: number;
}

/** Has a node take a snapshot, unless it has one: of what it has applied, or of all that is committed by now. @throws {SnapshotProblem} and what a request throws */
export async function takeSnapshot(
  node: string,
  isLinearizable: boolean,
  { access, lifetime, timeoutMs }: SnapshotAccess,
): Promise<TakenSnapshot> {
  const body = encodeSnapshotRequest({ isLinearizable });
  try {
    // Asked once: a second question would want a newer one.
    const reply = await access.router.request({ endpoint: 'snapshot', kind: 'write', body, node, timeoutMs, lifetime });
    return decodeTakenSnapshot(reply);
  } catch (error) {
    if (!(error instanceof OutcomeUnknown)) throw error;
    throw new SnapshotProblem({
      code: 'SnapshotFailed',
      message: `node ${node} did not say that it has taken a snapshot`,
    });
  }
}

/** A node's snapshot, as the SDK tells it. */
export const nodeSnapshot = (node: string, { index, term, revision, ...taken }: TakenSnapshot): NodeSnapshot => ({
  node,
  ...taken,
  index: BigInt(index),
  term: BigInt(term),
  revision: BigInt(revision),
});

/** `Store.saveSnapshot`. `status` says who may be asked. */
export async function saveSnapshot(
  file: string,
  { force = false, onProgress = () => {} }: SaveSnapshotOptions,
  options: SnapshotAccess & { readonly status: () => Promise<ClusterStatus> },
): Promise<SnapshotInfo> {
  const { access, lifetime } = options;
  const target = await SnapshotTarget.open(file, force);
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const nodes = nodesOf(await options.status());
        const { node, taken } = await takeOnAny(nodes, options);
        await target.clear();
        const others = nodes.filter((one) => one !== node);
        const write = (bytes: Uint8Array, offset: number): Promise<void> => target.write(bytes, offset);
        await download({ access, lifetime, taken, nodes: [node, ...others], write, onProgress });
        const info = await verified(target, taken.id);
        await target.complete();
        return info;
      } catch (error) {
        if (lifetime.ended) throw lifetime.error;
        if (attempt >= maxAttempts || !mayPass(error)) throw error;
      }
    }
  } finally {
    await target.discard();
  }
}

/** What is on the disk is read again, all of it. @throws {SnapshotProblem} */
async function verified(target: SnapshotTarget, id: string): Promise<SnapshotInfo> {
  await target.flush();
  const info = infoOf(await readSnapshot(target.draftPath));
  if (info.id === id) return info;
  throw new SnapshotProblem({ code: 'SnapshotDamaged', message: `what came is snapshot ${info.id}, not ${id}` });
}

/** Voters that follow before the one that leads, which has other work, and learners last. @throws {Unavailable} */
function nodesOf({ nodes }: ClusterStatus): readonly string[] {
  const order = ['follower', 'candidate', 'leader', 'learner'];
  const placeOf = (role: string | null): number => order.indexOf(role ?? '');
  const able = nodes.filter(({ role }) => placeOf(role) !== -1).sort((a, b) => placeOf(a.role) - placeOf(b.role));
  if (able.length === 0) throw new Unavailable('no member answers');
  return able.map(({ id }) => id);
}

/** A linearizable one, on the first that can. */
async function takeOnAny(
  nodes: readonly string[],
  options: SnapshotAccess,
): Promise<{ readonly node: string; readonly taken: TakenSnapshot }> {
  let failure: unknown = new NoLeader();
  for (const node of nodes) {
    try {
      return { node, taken: await takeSnapshot(node, true, options) };
    } catch (error) {
      if (options.lifetime.ended || !mayPass(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

const passing: ReadonlySet<string> = new Set([
  'NoLeader',
  'Unavailable',
  'Timeout',
  'MalformedMessage',
  'Internal',
  'NodeSpent',
  'StateParted',
  'Unformed',
  'SnapshotGone',
  'SnapshotDamaged',
  'SnapshotFailed',
]);

/** Whether another node, or the same one later, may do better. */
const mayPass = (error: unknown): boolean => error instanceof QuorateError && passing.has(error.code);
