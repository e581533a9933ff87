import { setTimeout as after } from 'node:timers/promises';
import type { NodeId } from '@quorate/actor';
import type { StatusPart } from '@quorate/raft';
import { logIndex, term } from '@quorate/raft';
import {
  type ApiReply,
  type ApiRequest,
  type Command,
  Compacted,
  commandBody,
  encodeChanged,
  encodeEntriesPage,
  encodeStatus,
  encodeTransferred,
  entriesBody,
  errorReply,
  MembersUnchanged,
  membersBody,
  type NodeStatus,
  type Operation,
  queryBody,
  type ReadEndpoint,
  storeReply,
  transferBody,
  Unavailable,
  type WriteEndpoint,
} from '@quorate/wire';
import type { DiskAlarm } from '../disk-space/disk-alarm.ts';
import type { HoldOnWrites } from '../schemas/held-writes.ts';
import type { SchemaDesk } from '../schemas/schema-desk.ts';
import type { StateGate } from '../state-gate.ts';
import type { Answered, GatewayDesk } from './gateway-desk.ts';
import { gatewayErrorOf } from './gateway-error.ts';

/** A page of entries fits a NATS message with its envelope. */
const maxPageBytes = 768 * 1024;
const statusTimeoutMs = 500;
/** A node has the newest schemas as soon as it has applied what set them. */
const lookAgainMs = 10;
/** Keys that were written meanwhile have a schema looked at so often, before what is written there has to wait. */
const looksWithoutHold = 3;

/** The actors that every member has. */
const toldByAll: readonly StatusPart['actor'][] = ['election', 'logStore', 'applier'];

/** What a node knows of itself without asking its actors. */
export type NodeFacts = Pick<
  NodeStatus,
  'id' | 'pid' | 'storageId' | 'version' | 'formation' | 'clusterId' | 'dropped' | 'disk' | 'payload' | 'partings'
> & {
  /** Whether it was a member once, and its removal is committed. */
  readonly isRemoved: boolean;
};

/** What of a node's part of a group answers requests. */
export interface GroupDesks {
  readonly desk: GatewayDesk;
  readonly diskAlarm: DiskAlarm;
  readonly stateGate: StateGate;
  readonly schemaDesk: SchemaDesk;
}

/** Answers what clients ask of a group: reads the request, checks it before anything is proposed, and asks the gateway. */
export class GroupRequests {
  readonly #desk: GatewayDesk;
  readonly #diskAlarm: DiskAlarm;
  readonly #stateGate: StateGate;
  readonly #schemaDesk: SchemaDesk;
  readonly #facts: () => NodeFacts;

  constructor({ desk, diskAlarm, stateGate, schemaDesk }: GroupDesks, facts: () => NodeFacts) {
    this.#desk = desk;
    this.#diskAlarm = diskAlarm;
    this.#stateGate = stateGate;
    this.#schemaDesk = schemaDesk;
    this.#facts = facts;
  }

  /**
   * Whatever makes room, or needs none to speak of, is proposed however little there is.
   * @throws {QuorateError} if the command is not one that may be proposed, or the group has no room for it
   */
  async write(endpoint: WriteEndpoint, request: ApiRequest, traceparent: string | null): Promise<ApiReply> {
    const deadlineMs = performance.now() + request.timeoutMs;
    const given = commandBody(endpoint, request.body);
    const mayPut = needsRoom(given);
    const { refusal } = this.#diskAlarm;
    if (mayPut && refusal !== null) throw refusal;
    const checked = this.#schemaDesk.checked(given, request.body);
    // Nearly all need no promise for it.
    const command = checked instanceof Uint8Array ? checked : await checked;
    const reply = await this.#propose(request, command, traceparent);
    return isOutdated(reply)
      ? this.#writeAgain(reply, given, { ...request, timeoutMs: deadlineMs - performance.now() }, traceparent)
      : reply;
  }

  /**
   * The schemas of this node were not the newest, or keys were written while it looked at them: nothing was written, so it looks again, until the time is over. Not before it has applied what it
   * lacked: each look that is too early would be one more entry in the log.
   */
  async #writeAgain(
    refusal: ApiReply,
    given: Command,
    request: ApiRequest,
    traceparent: string | null,
  ): Promise<ApiReply> {
    const deadlineMs = performance.now() + request.timeoutMs;
    let reply = refusal;
    let hold: HoldOnWrites | null = null;
    try {
      for (let looks = 1; isOutdated(reply) && performance.now() + lookAgainMs < deadlineMs; looks += 1) {
        // It goes on over several looks, until what was under way when it began is applied.
        if (given.kind === 'setSchema' && looks >= looksWithoutHold && hold?.isOver() !== false) {
          hold = this.#schemaDesk.hold(given.prefix);
        }
        await after(lookAgainMs);
        if (!this.#schemaDesk.hasAppliedWhatRefused(reply.error)) continue;
        const command = await this.#schemaDesk.checked(given, request.body);
        const timeoutMs = Math.max(1, Math.ceil(deadlineMs - performance.now()));
        reply = await this.#propose({ ...request, timeoutMs }, command, traceparent);
      }
      return reply;
    } finally {
      hold?.end();
    }
  }

  async #propose(request: ApiRequest, command: Uint8Array, traceparent: string | null): Promise<ApiReply> {
    const { timeoutMs } = request;
    return this.#reply(
      request,
      await this.#desk.ask((number) => ({ kind: 'write', request: number, command, timeoutMs, traceparent })),
    );
  }

  /** Changes the members. @throws {InvalidRequest} if the change is none */
  async members(request: ApiRequest): Promise<ApiReply> {
    const change = membersBody(request.body);
    const { timeoutMs } = request;
    const { answer, leader } = await this.#desk.ask((number) => ({
      kind: 'changeMembers',
      request: number,
      change,
      timeoutMs,
    }));
    if (answer.kind === 'result') return { kind: 'ok', body: encodeChanged(answer.index), leader };
    return this.#reply(request, { answer, leader });
  }

  /** Hands leadership over. @throws {InvalidRequest} if the request names no node */
  async transfer(request: ApiRequest): Promise<ApiReply> {
    const target = transferBody(request.body);
    const { timeoutMs } = request;
    return this.#reply(
      request,
      await this.#desk.ask((number) => ({ kind: 'transfer', request: number, target, timeoutMs })),
    );
  }

  /** @throws {QuorateError} if the query is none; `Unavailable` if this node's own state is not to be shown now */
  async read(endpoint: ReadEndpoint, request: ApiRequest, traceparent: string | null): Promise<ApiReply> {
    queryBody(endpoint, request.body);
    const { body: query, timeoutMs, read } = request;
    if (read.consistency === 'local' && !this.#stateGate.isOpen) {
      throw new Unavailable(`node ${this.#facts().id} builds its state anew, which was damaged or lost`);
    }
    return this.#reply(
      request,
      await this.#desk.ask((number) => {
        const { consistency, maxStalenessMs, minRevision } = read;
        const wish = { consistency, maxStalenessMs, minRevision };
        return {
          kind: 'read',
          request: number,
          query,
          ...wish,
          timeoutMs,
          ...(traceparent === null ? {} : { traceparent }),
        };
      }),
    );
  }

  /** @throws {QuorateError} if the page is none, or lies before the first index that is kept */
  async entries(request: ApiRequest): Promise<ApiReply> {
    const { fromIndex, limit: maxEntries } = entriesBody(request.body);
    const { timeoutMs } = request;
    const answered = await this.#desk.ask((number) => ({
      kind: 'readEntries',
      request: number,
      fromIndex,
      maxEntries,
      maxBytes: maxPageBytes,
      timeoutMs,
    }));
    const { answer } = answered;
    if (answer.kind === 'entries' && fromIndex < answer.firstIndex) {
      throw new Compacted({ firstIndex: String(answer.firstIndex) });
    }
    return this.#reply(request, answered);
  }

  /** How this node stands. */
  async status(request: ApiRequest): Promise<ApiReply> {
    const timeoutMs = Math.min(request.timeoutMs, statusTimeoutMs);
    return this.#reply(request, await this.#desk.ask((number) => ({ kind: 'readStatus', request: number, timeoutMs })));
  }

  /** The same, as this node itself has it. `hasAnswered`: whether the actors told their parts in time. */
  async ownStatus(): Promise<{ readonly status: NodeStatus; readonly hasAnswered: boolean }> {
    const timeoutMs = statusTimeoutMs;
    const { answer } = await this.#desk.ask((request) => ({ kind: 'readStatus', request, timeoutMs }));
    const parts = answer.kind === 'status' ? answer.parts : [];
    const hasAnswered = toldByAll.every((actor) => parts.some((part) => part.actor === actor));
    return { status: this.#status(parts), hasAnswered };
  }

  #status(parts: readonly StatusPart[]): NodeStatus {
    return {
      ...statusOf(this.#facts(), parts),
      writesRefused: this.#diskAlarm.refusal === null ? null : 'DiskSpaceLow',
    };
  }

  #reply(request: ApiRequest, { answer, leader }: Answered): ApiReply {
    switch (answer.kind) {
      case 'result':
        return storeReply(answer.result, leader, answer.index);
      case 'answer':
        return storeReply(answer.answer, leader);
      case 'entries':
        return { kind: 'ok', body: encodeEntriesPage(answer), leader };
      case 'status':
        return { kind: 'ok', body: encodeStatus(this.#status(answer.parts)), leader };
      case 'transferred':
        return { kind: 'ok', body: encodeTransferred(answer.leader), leader };
      case 'snapshot':
        throw new Error('a snapshot is no answer to this request');
      case 'rejected':
        return errorReply(new MembersUnchanged(answer), leader);
      case 'tooStale':
      case 'revisionMissing':
      case 'error':
        return errorReply(gatewayErrorOf(answer, request), leader);
      default:
        return answer satisfies never;
    }
  }
}

/** Whether the store has refused a write because of the schemas that it was checked with: another check may find better. */
const isOutdated = (reply: ApiReply): reply is ApiReply & { readonly kind: 'error' } =>
  reply.kind === 'error' && (reply.error.code === 'SchemaChanged' || reply.error.code === 'KeysChanged');

/** Whether a command writes values. */
function needsRoom(command: Command | Operation): boolean {
  if (command.kind !== 'txn') return command.kind === 'put';
  return [...command.then, ...command.else].some(needsRoom);
}

/** What the actors tell of themselves, put together. An actor that did not answer in time leaves its fields at their beginnings. */
function statusOf(facts: NodeFacts, parts: readonly StatusPart[]): NodeStatus {
  const status: { -readonly [Field in keyof NodeStatus]: NodeStatus[Field] } = { ...emptyStatus(facts) };
  for (const part of parts) {
    switch (part.actor) {
      case 'election':
        status.role = facts.isRemoved ? 'removed' : part.role;
        status.term = part.term;
        status.leader = part.leader;
        break;
      case 'logStore':
        status.commitIndex = part.commitIndex;
        status.firstIndex = part.firstIndex;
        status.lastLogIndex = part.lastLogIndex;
        status.damage = part.damage;
        status.voters = part.configuration.voters;
        status.outgoingVoters = part.configuration.outgoingVoters;
        status.learners = part.configuration.learners;
        status.removed = part.configuration.removed;
        break;
      case 'applier':
        status.lastApplied = part.lastApplied;
        break;
      case 'leader':
        status.peers = part.peers;
        status.lease = part.lease;
        status.clock = part.clock;
        status.load = part.load;
        break;
      default:
        part satisfies never;
    }
  }
  const hasVote = [...status.voters, ...status.outgoingVoters].some(({ id }) => id === facts.id);
  if (status.role === 'follower' && !hasVote) status.role = 'learner';
  return status;
}

/** The status of a node that is in no cluster, or no longer. */
export function emptyStatus({ isRemoved, ...facts }: NodeFacts): NodeStatus {
  const leader: NodeId | null = null;
  const zero = logIndex(0);
  return {
    ...facts,
    role: isRemoved ? 'removed' : null,
    term: term(0),
    leader,
    commitIndex: zero,
    lastApplied: zero,
    lastLogIndex: zero,
    firstIndex: zero,
    damage: null,
    peers: [],
    lease: null,
    clock: null,
    load: null,
    writesRefused: null,
    voters: [],
    outgoingVoters: [],
    learners: [],
    removed: [],
  };
}
