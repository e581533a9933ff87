import type { FormationRecord } from '@quorate/raft';
import {
  decodeHello,
  decodeReply,
  encodeFormationRecord,
  encodeRequest,
  everyNodeApiSubject,
  type Hello,
} from '@quorate/wire';
import { checkClusterName, checkName } from './check-options.ts';
import { FormationRefused, InvalidRequest, OutcomeUnknown } from './errors.ts';
import type { FormClusterOptions, FormedCluster } from './form-options.ts';
import { gather } from './gather.ts';
import { type GroupAccess, openGroupAccess } from './group-access.ts';
import type { Lifetime } from './lifetime.ts';

/** How long listed nodes may take to say that they are there. */
const helloWindowMs = 2_000;
/** How long nodes that are not listed may take to object. */
const objectionMs = 300;

/**
 * Forms a cluster, once: only if every listed node answers as unformed, and no node of the cluster's name, listed or not, as formed or
 * spent. Each listed node is then handed the same record.
 * @throws {FormationRefused} naming the node that stands in the way; nothing was formed
 * @throws {OutcomeUnknown} if the record was handed out and no node acknowledged it: the cluster may have been formed, or may yet be
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
    const record = recordFor(access.cluster, voters, hellos);
    return await handOut(access, lifetime, record, Math.max(1, Math.floor(deadlineMs - access.clock.now())));
  } finally {
    lifetime.over();
    await access.close();
  }
}

function checkVoters(voters: readonly string[]): readonly string[] {
  if (!Array.isArray(voters) || voters.length === 0) {
    throw new InvalidRequest({ reason: 'a cluster has one voter at least', field: 'voters' });
  }
  const names = voters.map((voter) => checkName('voter', voter));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new InvalidRequest({ reason: `voter ${twice} is listed twice`, field: 'voters' });
  return names;
}

/** What all nodes of the cluster's name say, by their data folders. */
async function gatherHellos(
  access: GroupAccess,
  lifetime: Lifetime,
  voters: readonly string[],
): Promise<readonly Hello[]> {
  const { cluster, group, link, inbox, clock, timeoutMs } = access;
  const windowMs = Math.min(helloWindowMs, timeoutMs);
  const hellos = new Map<string, Hello>();
  await gather({
    link,
    inbox,
    clock,
    lifetime,
    subject: everyNodeApiSubject(cluster, group, 'hello'),
    payload: encodeRequest({ timeoutMs: windowMs, body: new Uint8Array() }),
    connectMs: timeoutMs,
    windowMs,
    graceMs: objectionMs,
    onReply: (data) => {
      const hello = helloIn(data);
      if (hello !== null) hellos.set(`${hello.id}.${hello.storageId}`, hello);
      const ids = new Set([...hellos.values()].map(({ id }): string => id));
      return voters.every((voter) => ids.has(voter));
    },
  });
  return [...hellos.values()];
}

function helloIn(data: Uint8Array): Hello | null {
  try {
    const reply = decodeReply(data);
    return reply.kind === 'ok' ? decodeHello(reply.body) : null;
  } catch {
    return null;
  }
}

/** @throws {FormationRefused} */
function recordFor(cluster: string, voters: readonly string[], hellos: readonly Hello[]): FormationRecord {
  const taken = hellos.find(({ formation }) => formation !== 'unformed');
  if (taken !== undefined) {
    const reason = taken.formation === 'formed' ? 'is in a cluster already' : 'has a spent id';
    throw new FormationRefused({ reason, node: taken.id });
  }
  const missing = voters.filter((voter) => !hellos.some(({ id }) => id === voter));
  const [first, ...others] = missing;
  if (first !== undefined) {
    const reason = others.length === 0 ? 'does not answer' : `does not answer, nor does ${others.join(', ')}`;
    throw new FormationRefused({ reason, node: first });
  }
  return {
    formatVersion: 1,
    clusterName: checkClusterName(cluster),
    voters: voters.map((voter) => voterOf(voter, hellos)),
    snapshotChecksum: null,
  };
}

/** @throws {FormationRefused} */
function voterOf(voter: string, hellos: readonly Hello[]): FormationRecord['voters'][number] {
  const [hello, twin] = hellos.filter(({ id }) => id === voter);
  if (hello === undefined || twin !== undefined) {
    throw new FormationRefused({ reason: 'answers twice, with two data folders', node: voter });
  }
  return { id: hello.id, storageId: hello.storageId };
}

async function handOut(
  { router }: GroupAccess,
  lifetime: Lifetime,
  record: FormationRecord,
  timeoutMs: number,
): Promise<FormedCluster> {
  const body = encodeFormationRecord(record);
  const answers = await Promise.allSettled(
    record.voters.map(async ({ id }) => {
      // A node takes the same record again: repeating is safe.
      const reply = await router.request({ endpoint: 'form', kind: 'read', body, node: id, timeoutMs, lifetime });
      return decodeHello(reply);
    }),
  );
  if (lifetime.ended) throw lifetime.error;

  const ids = record.voters.map(({ id }): string => id);
  const acknowledged = ids.filter((_, at) => answers[at]?.status === 'fulfilled');
  const unacknowledged = ids.filter((id) => !acknowledged.includes(id));
  const clusterId = answers
    .map((answer) => (answer.status === 'fulfilled' ? answer.value.clusterId : null))
    .find(isText);
  if (clusterId === undefined) throw failureOf(answers);
  return { clusterId, voters: record.voters, acknowledged, unacknowledged };
}

/** If every node refuses, no one has the record. */
function failureOf(answers: readonly PromiseSettledResult<Hello>[]): Error {
  const refusals = answers.map((answer): unknown => (answer.status === 'rejected' ? answer.reason : null));
  const refusal = refusals.find((error) => error instanceof FormationRefused);
  const allRefused = refusals.every((error) => error instanceof FormationRefused);
  if (allRefused && refusal instanceof FormationRefused) return refusal;
  return new OutcomeUnknown('no node acknowledged the record: the cluster may have been formed, or may yet be');
}

const isText = (value: string | null): value is string => value !== null;
