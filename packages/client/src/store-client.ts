import { type Command, checkCommand, checkQuery, type ListQuery } from '@quorate/config-store';
import type { RequestKind } from '@quorate/raft';
import {
  decodeTransferred,
  type Endpoint,
  encodeCommand,
  encodeQuery,
  encodeRequest,
  encodeTransferRequest,
  everyNodeApiSubject,
} from '@quorate/wire';
import { changeMembers } from './change-members.ts';
import {
  checkFromIndex,
  checkNode,
  checkNodeId,
  checkReadOptions,
  checkRevisionOption,
  checkTimeoutMs,
} from './check-options.ts';
import { StatusReplies } from './cluster-status.ts';
import { committedEntries } from './committed-feed.ts';
import { defaultBufferLimits } from './entry-buffer.ts';
import { entryList } from './entry-list.ts';
import { Unavailable } from './errors.ts';
import { gather } from './gather.ts';
import type { GroupAccess } from './group-access.ts';
import type { ClusterMembers, MemberChanges, MembersChanged } from './members.ts';
import { membersOfStatus } from './members-of-status.ts';
import type { CallOptions, CommittedOptions, GetOptions, ListOptions, NodeOptions, WriteOptions } from './options.ts';
import { answerIn, resultIn } from './reply-body.ts';
import type { NodeRequest } from './router.ts';
import { nodeSnapshot, type SnapshotAccess, saveSnapshot, takeSnapshot } from './save-snapshot.ts';
import { defaultStepMs, type NodeSnapshot, type SaveSnapshotOptions, type SnapshotInfo } from './snapshots.ts';
import type {
  ClusterStatus,
  CommittedEntry,
  DeleteResult,
  Entry,
  EntryList,
  EntryPage,
  PutResult,
  ReadResult,
  Store,
} from './store.ts';
import { toEntry, valueBytes } from './stored-value.ts';

const statusWindowMs = 1_000;
/** For nodes that are no voters. */
const statusGraceMs = 25;

/** The store, as `connect` gives it. */
export class StoreClient implements Store {
  readonly #access: GroupAccess;

  constructor(access: GroupAccess) {
    this.#access = access;
  }

  async put(key: string, value: string | Uint8Array, options: WriteOptions = {}): Promise<PutResult> {
    const ifRevision = checkRevisionOption(options.ifRevision);
    const body = await this.#write({ kind: 'put', key, value: valueBytes(value), ...ifRevision }, options);
    return { revision: BigInt(resultIn(body, 'put').revision) };
  }

  async delete(key: string, options: WriteOptions = {}): Promise<DeleteResult> {
    const ifRevision = checkRevisionOption(options.ifRevision);
    const body = await this.#write({ kind: 'delete', key, ...ifRevision }, options);
    const { revision, deleted } = resultIn(body, 'delete');
    return { revision: BigInt(revision), deleted };
  }

  async get(key: string, options: GetOptions = {}): Promise<Entry | null> {
    const { entry } = await this.read(key, options);
    return entry;
  }

  async read(key: string, options: GetOptions = {}): Promise<ReadResult> {
    const query = { kind: 'get', key } as const;
    checkQuery(query);
    const body = await this.#read('get', encodeQuery(query), options);
    const { entry, revision, appliedIndex } = answerIn(body, 'get');
    const read = { revision: BigInt(revision), appliedIndex: BigInt(appliedIndex) };
    return { entry: entry === null ? null : toEntry(entry), ...read };
  }

  list(options: ListOptions = {}): EntryList {
    this.#check(options);
    checkReadOptions(options);
    return entryList(options, (query) => this.#readPage(query, options));
  }

  committed(options: Partial<CommittedOptions> = {}): AsyncIterableIterator<CommittedEntry> {
    const { cluster, group, link, router, clock, lifetime } = this.#access;
    const fromIndex = checkFromIndex(options.fromIndex);
    const giveUpMs = options.timeoutMs === undefined ? Infinity : checkTimeoutMs(options.timeoutMs, 0);
    const own = lifetime.child(options.signal);
    const buffer = defaultBufferLimits;
    return committedEntries({ cluster, group, link, router, clock, lifetime: own, fromIndex, giveUpMs, buffer });
  }

  async status(options: CallOptions = {}): Promise<ClusterStatus> {
    const { cluster, group, link, inbox, clock } = this.#access;
    const { timeoutMs } = this.#check(options);
    const windowMs = Math.min(statusWindowMs, timeoutMs);
    const replies = new StatusReplies();
    const lifetime = this.#access.lifetime.child(options.signal);
    const end = await gather({
      link,
      inbox,
      clock,
      lifetime,
      subject: everyNodeApiSubject(cluster, group, 'status'),
      payload: encodeRequest({ timeoutMs: windowMs, body: new Uint8Array() }),
      connectMs: timeoutMs,
      windowMs,
      graceMs: statusGraceMs,
      onReply: (data) => replies.add(data),
    }).finally(() => lifetime.over());
    if (end === 'noResponders') throw new Unavailable();
    return replies.result();
  }

  async members(options: CallOptions = {}): Promise<ClusterMembers> {
    return membersOfStatus(await this.status(options));
  }

  async changeMembers(changes: MemberChanges, options: CallOptions = {}): Promise<MembersChanged> {
    const { timeoutMs } = this.#check(options);
    const access = this.#access;
    const lifetime = access.lifetime.child(options.signal);
    try {
      return await changeMembers(changes, { access, lifetime, timeoutMs, status: () => this.#findLeader(options) });
    } finally {
      lifetime.over();
    }
  }

  async transfer(node?: string, options: CallOptions = {}): Promise<string> {
    const target = node === undefined ? null : checkNodeId('node', node);
    const { timeoutMs } = this.#check(options);
    const deadlineMs = this.#access.clock.now() + timeoutMs;
    await this.#findLeader(options);
    const leftMs = Math.max(1, Math.floor(deadlineMs - this.#access.clock.now()));
    const body = encodeTransferRequest(target);
    return decodeTransferred(await this.#request('transfer', 'write', body, { ...options, timeoutMs: leftMs }));
  }

  async takeSnapshot(node: string, options: CallOptions = {}): Promise<NodeSnapshot> {
    const named = checkNodeId('node', node);
    return this.#withSnapshotAccess(options, async (access) => {
      return nodeSnapshot(named, await takeSnapshot(named, false, access));
    });
  }

  async saveSnapshot(file: string, options: SaveSnapshotOptions = {}): Promise<SnapshotInfo> {
    return this.#withSnapshotAccess(options, (access) => {
      return saveSnapshot(file, options, { ...access, status: () => this.#findLeader(options) });
    });
  }

  async close(): Promise<void> {
    await this.#access.close();
  }

  /** What an operator asks goes to the leader: it is asked once, and a node that hangs would keep it. */
  async #findLeader(options: CallOptions): Promise<ClusterStatus> {
    const { timeoutMs } = this.#check(options);
    const status = await this.status({ ...options, timeoutMs: Math.max(1, Math.floor(timeoutMs / 2)) });
    if (status.leader !== null) this.#access.router.believe(status.leader);
    return status;
  }

  async #withSnapshotAccess<Result>(
    options: CallOptions,
    use: (access: SnapshotAccess) => Promise<Result>,
  ): Promise<Result> {
    const timeoutMs = checkTimeoutMs(options.timeoutMs, defaultStepMs);
    const lifetime = this.#access.lifetime.child(options.signal);
    try {
      return await use({ access: this.#access, lifetime, timeoutMs });
    } finally {
      lifetime.over();
    }
  }

  async #write(command: Command, options: WriteOptions): Promise<Uint8Array> {
    checkCommand(command);
    return this.#request(command.kind, 'write', encodeCommand(command), options);
  }

  async #readPage(query: ListQuery, options: ListOptions): Promise<EntryPage> {
    const body = await this.#read('list', encodeQuery(query), options);
    const { entries, more, revision, appliedIndex } = answerIn(body, 'list');
    return { entries: entries.map(toEntry), more, revision: BigInt(revision), appliedIndex: BigInt(appliedIndex) };
  }

  /** A read of what a node has by itself goes to any that takes it: the leader is as good as another, and may be the one that is gone. */
  async #read(endpoint: 'get' | 'list', body: Uint8Array, options: GetOptions): Promise<Uint8Array> {
    const read = checkReadOptions(options);
    const anyNode = read.consistency === 'local' || read.consistency === 'bounded';
    return this.#request(endpoint, 'read', body, options, { read, anyNode });
  }

  async #request(
    endpoint: Endpoint,
    kind: RequestKind,
    body: Uint8Array,
    options: CallOptions & NodeOptions,
    how: Pick<NodeRequest, 'read' | 'anyNode'> = {},
  ): Promise<Uint8Array> {
    const { timeoutMs, node } = this.#check(options);
    const lifetime = this.#access.lifetime.child(options.signal);
    try {
      return await this.#access.router.request({ ...how, endpoint, kind, body, node, timeoutMs, lifetime });
    } finally {
      lifetime.over();
    }
  }

  #check(options: CallOptions & NodeOptions): { readonly timeoutMs: number; readonly node: string | undefined } {
    return {
      timeoutMs: checkTimeoutMs(options.timeoutMs, this.#access.timeoutMs),
      node: checkNode(options.node),
    };
  }
}
