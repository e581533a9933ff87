import type { FormationRecord } from '@quorate/raft';
import { decodeHello, encodeFormationRecord, type Hello } from '@quorate/wire';
import { FormationRefused, NotPermitted, OutcomeUnknown, SnapshotProblem } from './errors.ts';
import type { FormedCluster } from './form-options.ts';
import type { GroupAccess } from './group-access.ts';
import type { Lifetime } from './lifetime.ts';

/**
 * Hands a record of formation to all its voters. They hand it on to those that do not acknowledge it.
 * @throws {FormationRefused | SnapshotProblem | NotPermitted} if every one refuses it, or NATS does: no one has it
 * @throws {OutcomeUnknown} if none acknowledges it
 */
export async function handOut(
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

/** If every node refuses, or NATS brings it to none, no one has the record. */
function failureOf(answers: readonly PromiseSettledResult<Hello>[]): Error {
  const refusals = answers.map((answer): unknown => (answer.status === 'rejected' ? answer.reason : null));
  const [refusal] = refusals;
  if (refusals.every(isRefusal) && isRefusal(refusal)) return refusal;
  return new OutcomeUnknown('no node acknowledged the record: the cluster may have been formed, or may yet be');
}

const isRefusal = (error: unknown): error is FormationRefused | SnapshotProblem | NotPermitted =>
  error instanceof FormationRefused || error instanceof SnapshotProblem || error instanceof NotPermitted;

const isText = (value: string | null): value is string => value !== null;
