import {
  decimalSchema,
  type ErrorBuilder,
  type ErrorData,
  errorBuilder,
  QuorateError,
  storeErrors,
} from '@quorate/config-store';
import { type ChangeRefusal, changeRefusalCode } from '@quorate/raft';
import { z } from 'zod';

/** An error as plain data, as it stands in replies. */
export const errorDataSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

const none = z.object({});

/** There is no leader, or none was found in time. The request was not carried out. */
export class NoLeader extends QuorateError {
  declare readonly code: 'NoLeader';
  constructor(message = 'there is no leader; nothing was written') {
    super('NoLeader', message, {});
  }
}

/** The write may have happened, or may still happen. */
export class OutcomeUnknown extends QuorateError {
  declare readonly code: 'OutcomeUnknown';
  constructor(message = 'the outcome of the write is unknown: it may have been made') {
    super('OutcomeUnknown', message, {});
  }
}

const timeoutDetails = z.object({ timeoutMs: z.number() });

/** No answer came within the caller's time. The request was not carried out, or changes nothing. */
export class Timeout extends QuorateError {
  declare readonly code: 'Timeout';
  constructor(details: z.infer<typeof timeoutDetails>, message = `no answer within ${details.timeoutMs} ms`) {
    super('Timeout', message, details);
  }
}

const tooStaleDetails = z.object({ maxStalenessMs: z.number(), stalenessMs: z.number().nullable() });

/** The node cannot prove that its state is as fresh as a bounded read wants it, and no leader told it more in time. */
export class TooStale extends QuorateError {
  declare readonly code: 'TooStale';
  readonly maxStalenessMs: number;
  /** How old the state may be, at best; null if nothing is known. */
  readonly stalenessMs: number | null;
  constructor(
    details: z.infer<typeof tooStaleDetails>,
    message = `${details.stalenessMs === null ? 'nothing says how old the state is' : `the state may be ${Math.ceil(details.stalenessMs)} ms old`}, and at most ${details.maxStalenessMs} ms are wanted`,
  ) {
    super('TooStale', message, details);
    this.maxStalenessMs = details.maxStalenessMs;
    this.stalenessMs = details.stalenessMs;
  }
}

const revisionDetails = z.object({ minRevision: decimalSchema, revision: decimalSchema });

/** The node has not applied the revision that a read wants, and could not ask the leader whether there is one. */
export class NotYetApplied extends QuorateError {
  declare readonly code: 'NotYetApplied';
  readonly minRevision: bigint;
  /** The revision that the node has reached. */
  readonly revision: bigint;
  constructor(
    details: z.infer<typeof revisionDetails>,
    message = `revision ${details.minRevision} is not applied here yet: the node has reached ${details.revision}`,
  ) {
    super('NotYetApplied', message, details);
    this.minRevision = BigInt(details.minRevision);
    this.revision = BigInt(details.revision);
  }
}

const invalidRequestDetails = z.object({ reason: z.string(), field: z.string().nullable() });

/** A request cannot be read: it has another shape or format version, or a field that is not known. */
export class InvalidRequest extends QuorateError {
  declare readonly code: 'InvalidRequest';
  constructor(details: z.infer<typeof invalidRequestDetails>, message = `invalid request: ${details.reason}`) {
    super('InvalidRequest', message, details);
  }
}

const nodeDetails = z.object({ node: z.string() });

/** The node that was asked belongs to no cluster yet. */
export class Unformed extends QuorateError {
  declare readonly code: 'Unformed';
  constructor(
    details: z.infer<typeof nodeDetails>,
    message = `node ${details.node} is in no cluster yet: form one first (quorate form)`,
  ) {
    super('Unformed', message, details);
  }
}

/** The node's id is listed with another data folder, or was removed: this one has no votes of its own to keep, and never votes. */
export class NodeSpent extends QuorateError {
  declare readonly code: 'NodeSpent';
  constructor(
    details: z.infer<typeof nodeDetails>,
    message = `the id ${details.node} is spent: the cluster knows it with another data folder`,
  ) {
    super('NodeSpent', message, details);
  }
}

const statePartedDetails = z.object({ node: z.string(), revision: decimalSchema });

/** The state of the node that was asked has parted from those of the others: it serves nobody. */
export class StateParted extends QuorateError {
  declare readonly code: 'StateParted';
  constructor(
    details: z.infer<typeof statePartedDetails>,
    message = `the state of node ${details.node} has parted from those of the others at revision ${details.revision}: it serves nobody`,
  ) {
    super('StateParted', message, details);
  }
}

/** Nobody answers: no node runs, or NATS cannot be reached. */
export class Unavailable extends QuorateError {
  declare readonly code: 'Unavailable';
  constructor(message = 'no node answers') {
    super('Unavailable', message, {});
  }
}

const compactedDetails = z.object({ firstIndex: decimalSchema });

/** Entries below the first index that is kept were asked for. */
export class Compacted extends QuorateError {
  declare readonly code: 'Compacted';
  /** The first index that is kept. */
  readonly firstIndex: bigint;
  constructor(
    details: z.infer<typeof compactedDetails>,
    message = `entries below index ${details.firstIndex} are compacted`,
  ) {
    super('Compacted', message, details);
    this.firstIndex = BigInt(details.firstIndex);
  }
}

/** The group has as many writes waiting to be committed as it may. Nothing was written; another attempt, after a while, may be taken. */
export class Overloaded extends QuorateError {
  declare readonly code: 'Overloaded';
  constructor(message = 'too many writes wait to be committed; nothing was written') {
    super('Overloaded', message, {});
  }
}

const diskSpaceLowDetails = z.object({
  node: z.string(),
  freeBytes: z.number().min(0),
  neededBytes: z.number().min(0),
});

/** The group takes no writes that need room: a node's disk is nearly full. Nothing was written; deletes and reads go on. */
export class DiskSpaceLow extends QuorateError {
  declare readonly code: 'DiskSpaceLow';
  /** The node whose disk it is. */
  readonly node: string;
  readonly freeBytes: number;
  /** Once so much is free writes are taken again. */
  readonly neededBytes: number;
  constructor(
    details: z.infer<typeof diskSpaceLowDetails>,
    message = `node ${details.node} has ${details.freeBytes} bytes of disk space free and needs ${details.neededBytes}; nothing was written, and deletes are still taken`,
  ) {
    super('DiskSpaceLow', message, details);
    this.node = details.node;
    this.freeBytes = details.freeBytes;
    this.neededBytes = details.neededBytes;
  }
}

const formationRefusedDetails = z.object({ reason: z.string(), node: z.string().nullable() });

/** A cluster was not formed; `node` is the one that stands in the way, if it is one. */
export class FormationRefused extends QuorateError {
  declare readonly code: 'FormationRefused';
  constructor(
    details: z.infer<typeof formationRefusedDetails>,
    message = `the cluster was not formed: ${details.node === null ? '' : `node ${details.node} `}${details.reason}`,
  ) {
    super('FormationRefused', message, details);
  }
}

const joinRefusedDetails = z.object({ reason: z.string(), node: z.string() });

/** A node cannot be added to the cluster: it does not answer, or belongs to another one. Nothing was changed. */
export class JoinRefused extends QuorateError {
  declare readonly code: 'JoinRefused';
  constructor(
    details: z.infer<typeof joinRefusedDetails>,
    message = `node ${details.node} cannot be added: it ${details.reason}`,
  ) {
    super('JoinRefused', message, details);
  }
}

/**
 * The members, or the leader, were not changed; its code says why: `ChangeInProgress`, `MemberExists`, `NoSuchMember`, `NotALearner`, `NotCaughtUp`,
 * `IdSpent`, `NoQuorum` or `NothingToChange`; and of a transfer: `NoSuchMember`, `NotAVoter`, `MemberSilent`, `NotCaughtUp`, `NoQuorum`,
 * `TransferInProgress` or `TransferTimedOut`.
 */
export class MembersUnchanged extends QuorateError {
  declare readonly code: ChangeRefusal['code'];
  constructor({ code, message }: ChangeRefusal) {
    super(code, message, {});
  }
}

/** Why a snapshot was not taken, given, or restored from. */
export const snapshotProblemCode = z.enum([
  /** It is cut off or altered. */
  'SnapshotDamaged',
  'UnknownSnapshotFormat',
  'SnapshotOfAnotherCluster',
  'SnapshotOfAnotherGroup',
  /** The node has it no more. */
  'SnapshotGone',
  'SnapshotFailed',
]);

/** Why a snapshot was not taken, given, or restored from. */
export type SnapshotProblemCode = z.infer<typeof snapshotProblemCode>;

/** A snapshot was not taken, given, or restored from; its code says why. Nothing was changed. */
export class SnapshotProblem extends QuorateError {
  declare readonly code: SnapshotProblemCode;
  constructor({ code, message }: { readonly code: SnapshotProblemCode; readonly message: string }) {
    super(code, message, {});
  }
}

/** Another cluster has the name of the one that was asked before, such as one that was restored: what the two hold has nothing to do with each other. Nothing was done. */
export class AnotherCluster extends QuorateError {
  declare readonly code: 'AnotherCluster';
  constructor(message = 'another cluster has the name of the one that was asked before; nothing was done there') {
    super('AnotherCluster', message, {});
  }
}

const malformedMessageDetails = z.object({ what: z.string() });

/** What a node sent cannot be read: it speaks another format version, or is no node. */
export class MalformedMessage extends QuorateError {
  declare readonly code: 'MalformedMessage';
  constructor(details: z.infer<typeof malformedMessageDetails>, message = `a ${details.what} cannot be read`) {
    super('MalformedMessage', message, details);
  }
}

/** An error of a code that this version does not know. */
export class UnknownError extends QuorateError {}

const errors: ReadonlyMap<string, ErrorBuilder> = new Map([
  ...storeErrors,
  ['NoLeader', errorBuilder(none, (_, message) => new NoLeader(message))],
  ['Overloaded', errorBuilder(none, (_, message) => new Overloaded(message))],
  ['OutcomeUnknown', errorBuilder(none, (_, message) => new OutcomeUnknown(message))],
  ['Timeout', errorBuilder(timeoutDetails, (details, message) => new Timeout(details, message))],
  ['TooStale', errorBuilder(tooStaleDetails, (details, message) => new TooStale(details, message))],
  ['NotYetApplied', errorBuilder(revisionDetails, (details, message) => new NotYetApplied(details, message))],
  ['InvalidRequest', errorBuilder(invalidRequestDetails, (details, message) => new InvalidRequest(details, message))],
  ['Unformed', errorBuilder(nodeDetails, (details, message) => new Unformed(details, message))],
  ['NodeSpent', errorBuilder(nodeDetails, (details, message) => new NodeSpent(details, message))],
  ['AnotherCluster', errorBuilder(none, (_, message) => new AnotherCluster(message))],
  ['StateParted', errorBuilder(statePartedDetails, (details, message) => new StateParted(details, message))],
  ['Unavailable', errorBuilder(none, (_, message) => new Unavailable(message))],
  ['Compacted', errorBuilder(compactedDetails, (details, message) => new Compacted(details, message))],
  ['DiskSpaceLow', errorBuilder(diskSpaceLowDetails, (details, message) => new DiskSpaceLow(details, message))],
  [
    'FormationRefused',
    errorBuilder(formationRefusedDetails, (details, message) => new FormationRefused(details, message)),
  ],
  ['JoinRefused', errorBuilder(joinRefusedDetails, (details, message) => new JoinRefused(details, message))],
  ...changeRefusalCode.options.map((code): [string, ErrorBuilder] => [
    code,
    errorBuilder(none, (_, message) => new MembersUnchanged({ code, message })),
  ]),
  ...snapshotProblemCode.options.map((code): [string, ErrorBuilder] => [
    code,
    errorBuilder(none, (_, message) => new SnapshotProblem({ code, message })),
  ]),
  [
    'MalformedMessage',
    errorBuilder(malformedMessageDetails, (details, message) => new MalformedMessage(details, message)),
  ],
]);

/** The error that `data` was made from, of the same class; `UnknownError` if its code or details are not known. */
export function errorFromData(data: ErrorData): QuorateError {
  const known = errors.get(data.code)?.(data);
  return known ?? new UnknownError(data.code, data.message, data.details);
}
