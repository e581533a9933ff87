import {
  checkCommand,
  checkQuery,
  type ListedEntry,
  type Query,
  type QueryAnswer,
  type Write,
} from '@quorate/config-store';
import type { RequestKind } from '@quorate/raft';
import {
  decodeTransferred,
  type Endpoint,
  encodeQuery,
  encodeRequest,
  encodeTransferRequest,
  everyNodeApiSubject,
  stateHashText,
} from '@quorate/wire';
import { changeMembers } from './change-members.ts';
import {
  checkFromIndex,
  checkLeaseOption,
  checkNode,
  checkNodeId,
  checkReadOptions,
  checkRevisionOption,
  checkTimeoutMs,
  revisionOrNull,
} from './check-options.ts';
import { StatusReplies } from './cluster-status.ts';
import { committedEntries } from './committed-feed.ts';
import { defaultBufferLimits } from './entry-buffer.ts';
import { entryList } from './entry-list.ts';
import { MalformedMessage, Unavailable } from './errors.ts';
import { gather } from './gather.ts';
import type { GroupAccess } from './group-access.ts';
import type { AttributedChange, CompactResult, HistoryState, Retention } from './history.ts';
import { keyHistory } from './key-history.ts';
import type { Leases } from './lease/leases.ts';
import { LeasesClient } from './lease/leases-client.ts';
import { ElectionClient } from './lock/election.ts';
import type { Election, HeldLock, LockOptions } from './lock/lock.ts';
import { LocksClient } from './lock/locks-client.ts';
import type { ClusterMembers, MemberChanges, MembersChanged } from './members.ts';
import { membersOfStatus } from './members-of-status.ts';
import type {
  CallOptions,
  CommittedOptions,
  CompactOptions,
  ConnectOptions,
  GetOptions,
  HistoryOptions,
  ListOptions,
  LiveViewOptions,
  NodeOptions,
  PutOptions,
  ReadOptions,
  StateOptions,
  TransactionOptions,
  WatchOptions,
  WriteOptions,
} from './options.ts';
import type { PartAccess } from './part-access.ts';
import type { Quotas } from './quota/quotas.ts';
import { QuotasClient } from './quota/quotas-client.ts';
import { answerIn, resultIn } from './reply-body.ts';
import type { NodeRequest } from './router.ts';
import { nodeSnapshot, type SnapshotAccess, saveSnapshot, takeSnapshot } from './save-snapshot.ts';
import type { Schemas } from './schema/schemas.ts';
import { SchemasClient } from './schema/schemas-client.ts';
import { defaultStepMs, type NodeSnapshot, type SaveSnapshotOptions, type SnapshotInfo } from './snapshots.ts';
import type {
  ClusterStatus,
  CommittedEntry,
  DeleteResult,
  Entry,
  EntryList,
  KeyInfo,
  List,
  PutResult,
  ReadResult,
  Store,
} from './store.ts';
import { toEntry, toKeyInfo, valueBytes } from './stored-value.ts';
import { tappedMessages } from './tap-feed.ts';
import type { Transaction, TransactionResult } from './transaction.ts';
import { toCommand } from './transaction-command.ts';
import { toResult } from './transaction-result.ts';
import type { LiveView, StateOrChanges, Watch } from './watch.ts';
import { Watches } from './watches.ts';
import type { SlowestOptions, SlowWrite, TappedMessage, TracedPut, TracePutOptions } from './write-trace.ts';
import { slowest, type TracingAccess, tracePut } from './write-tracing.ts';
import { Writes } from './writes.ts';

const statusWindowMs = 1_000;
/** For nodes that are no voters. */
const statusGraceMs = 25;

/** The store, as `connect` gives it. */
export class StoreClient implements Store {
  readonly #access: GroupAccess;
  readonly #writes: Writes;
  /** Who writes, if that was said. */
  readonly #client: { readonly client?: string };
  readonly #locks: LocksClient;
  readonly leases: Leases;
  readonly quotas: Quotas;
  readonly schemas: Schemas;
  readonly #watches: Watches;

  constructor(access: GroupAccess, { sessions = true, client }: Pick<ConnectOptions, 'sessions' | 'client'> = {}) {
    this.#access = access;
    this.#writes = new Writes(access, { sessions, client });
    this.#client = client === undefined ? {} : { client };
    const { clock, lifetime } = access;
    this.leases = new LeasesClient({ clock, lifetime, ...this.#partAccess() });
    this.quotas = new QuotasClient(this.#partAccess());
    this.schemas = new SchemasClient(this.#partAccess());
    this.#locks = new LocksClient(access, this);
    this.#watches = new Watches(access);
  }

  async put(key: string, value: string | Uint8Array, options: PutOptions = {}): Promise<PutResult> {
    const body = await this.#writes.write(putOf(key, value, options), options);
    return { revision: BigInt(resultIn(body, 'put').revision) };
  }

  async delete(key: string, options: WriteOptions = {}): Promise<DeleteResult> {
    const ifRevision = checkRevisionOption(options.ifRevision);
    const body = await this.#writes.write({ kind: 'delete', key, ...ifRevision }, options);
    const { revision, deleted } = resultIn(body, 'delete');
    return { revision: BigInt(revision), deleted };
  }

  async txn<const Ran extends Transaction>(
    transaction: Ran,
    options: TransactionOptions = {},
  ): Promise<TransactionResult<Ran>> {
    const body = await this.#writes.write(toCommand(transaction), options);
    return toResult(transaction, resultIn(body, 'txn'));
  }

  async get(key: string, options: GetOptions = {}): Promise<Entry | null> {
    const { entry } = await this.read(key, options);
    return entry;
  }

  async read(key: string, options: GetOptions = {}): Promise<ReadResult> {
    const query = { kind: 'get', key, revision: revisionOrNull(options.revision) } as const;
    const { entry, revision, appliedIndex } = await this.#read(query, options);
    const read = { revision: BigInt(revision), appliedIndex: BigInt(appliedIndex) };
    return { entry: entry === null ? null : toEntry(entry), ...read };
  }

  async lock(name: string, options: LockOptions = {}): Promise<HeldLock> {
    return this.#locks.lock(name, options);
  }

  async semaphore(name: string, permits: number, options: LockOptions = {}): Promise<HeldLock> {
    return this.#locks.semaphore(name, permits, options);
  }

  election(name: string): Election {
    return new ElectionClient(this.#access, this, this.#locks, name);
  }

  list(options: ListOptions = {}): EntryList {
    return this.#list(options, false, (entry) => {
      if (entry.value === null) throw new MalformedMessage({ what: 'entry' });
      return toEntry({ ...entry, value: entry.value });
    });
  }

  keys(options: ListOptions = {}): List<KeyInfo> {
    return this.#list(options, true, toKeyInfo);
  }

  history(key: string, options: HistoryOptions = {}): AsyncIterable<AttributedChange> {
    this.#check(options);
    checkReadOptions(options);
    return keyHistory(key, options, (query) => this.#read(query, options));
  }

  async historyState(options: CallOptions & NodeOptions & ReadOptions = {}): Promise<HistoryState> {
    const { retention, oldestRevision, revision, stateHash } = await this.#read({ kind: 'retention' }, options);
    const known = { oldestRevision: BigInt(oldestRevision), revision: BigInt(revision) };
    return { retention, ...known, stateHash: stateHashText(stateHash) };
  }

  async setRetention({ maxAgeMs, maxVersions }: Retention, options: TransactionOptions = {}): Promise<void> {
    const body = await this.#writes.write({ kind: 'setRetention', retention: { maxAgeMs, maxVersions } }, options);
    resultIn(body, 'setRetention');
  }

  async compact(options: CompactOptions = {}): Promise<CompactResult> {
    const command = { kind: 'compact', revision: revisionOrNull(options.revision) } as const;
    // One command does so much at most, so that no other waits long for it.
    for (;;) {
      const { oldestRevision, isDone } = resultIn(await this.#writes.write(command, options), 'compact');
      if (isDone) return { oldestRevision: BigInt(oldestRevision) };
    }
  }

  committed(options: Partial<CommittedOptions> = {}): AsyncIterableIterator<CommittedEntry> {
    const { cluster, group, link, router, clock, lifetime } = this.#access;
    const fromIndex = checkFromIndex(options.fromIndex);
    const giveUpMs = options.timeoutMs === undefined ? Infinity : checkTimeoutMs(options.timeoutMs, 0);
    const own = lifetime.child(options.signal);
    const buffer = defaultBufferLimits;
    return committedEntries({ cluster, group, link, router, clock, lifetime: own, fromIndex, giveUpMs, buffer });
  }

  watch(options: WatchOptions = {}): Watch {
    return this.#watches.watch(options);
  }

  snapshotAndWatch(options: StateOptions = {}): AsyncIterableIterator<StateOrChanges> {
    return this.#watches.withState(options, this);
  }

  async liveView(options: LiveViewOptions = {}): Promise<LiveView> {
    return this.#watches.view(options, this);
  }

  async status(options: CallOptions = {}): Promise<ClusterStatus> {
    const { cluster, group, link, inbox, clock } = this.#access;
    const { timeoutMs } = this.#check(options);
    const windowMs = Math.min(statusWindowMs, timeoutMs);
    const replies = new StatusReplies(this.#access.known);
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

  async tracePut(key: string, value: string | Uint8Array, options: TracePutOptions = {}): Promise<TracedPut> {
    const command = { ...putOf(key, value, options), ...this.#client };
    checkCommand(command);
    const node = checkNode(options.node);
    return this.#withTracing(options, (tracing) => tracePut(command, node, tracing));
  }

  async slowest(options: SlowestOptions = {}): Promise<readonly SlowWrite[]> {
    return this.#withTracing(options, (tracing) => slowest(options.limit, tracing));
  }

  tap(node: string, actor: string, options: CallOptions = {}): AsyncIterableIterator<TappedMessage> {
    const { timeoutMs } = this.#check(options);
    const lifetime = this.#access.lifetime.child(options.signal);
    return tappedMessages({ access: this.#access, lifetime, node: checkNodeId('node', node), actor, timeoutMs });
  }

  async close(): Promise<void> {
    this.#writes.close();
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

  async #withTracing<Result>(options: CallOptions, use: (tracing: TracingAccess) => Promise<Result>): Promise<Result> {
    const { timeoutMs } = this.#check(options);
    const lifetime = this.#access.lifetime.child(options.signal);
    try {
      return await use({ access: this.#access, lifetime, timeoutMs, status: () => this.status(options) });
    } finally {
      lifetime.over();
    }
  }

  #list<Item>(options: ListOptions, keysOnly: boolean, itemOf: (entry: ListedEntry) => Item): List<Item> {
    this.#check(options);
    checkReadOptions(options);
    return entryList(options, keysOnly, async (query) => {
      const { entries, nextAfter, revision, appliedIndex } = await this.#read(query, options);
      const origin = { revision: BigInt(revision), appliedIndex: BigInt(appliedIndex) };
      return { entries: entries.map(itemOf), more: nextAfter !== null, nextAfter, ...origin };
    });
  }

  /** A read of what a node has by itself goes to any that takes it: the leader is as good as another, and may be the one that is gone. */
  #partAccess<Kind extends Query['kind']>(): PartAccess<Kind> {
    return { writes: this.#writes, read: (query, options) => this.#read<Kind>(query, options) };
  }

  async #read<Kind extends Query['kind']>(
    query: Query & { readonly kind: Kind },
    options: CallOptions & NodeOptions & ReadOptions,
  ): Promise<Extract<QueryAnswer, { kind: Kind }>> {
    checkQuery(query);
    const read = checkReadOptions(options);
    const how = { read, anyNode: read.consistency === 'local' || read.consistency === 'bounded' };
    return answerIn(await this.#request(query.kind, 'read', encodeQuery(query), options, how), query.kind);
  }

  async #request(
    endpoint: Endpoint,
    kind: RequestKind,
    body: Uint8Array,
    options: CallOptions & NodeOptions,
    how: Pick<NodeRequest, 'read' | 'anyNode'> = {},
  ): Promise<Uint8Array> {
    const { timeoutMs, node } = this.#check(options);
    const call = this.#access.lifetime.call(options.signal);
    try {
      const { lifetime } = call;
      const { read, anyNode } = how;
      const request = { endpoint, kind, body, node, timeoutMs, lifetime };
      return await this.#access.router.request(read === undefined ? request : { ...request, read, anyNode });
    } finally {
      call.over();
    }
  }

  #check(options: CallOptions & NodeOptions): { readonly timeoutMs: number; readonly node: string | undefined } {
    return {
      timeoutMs: checkTimeoutMs(options.timeoutMs, this.#access.timeoutMs),
      node: checkNode(options.node),
    };
  }
}

/** @throws {InvalidCommand | InvalidLease | InvalidRevision} */
function putOf(key: string, value: string | Uint8Array, options: PutOptions): Write & { readonly kind: 'put' } {
  const { contentType, ifRevision, lease } = options;
  if (contentType === undefined && ifRevision === undefined && lease === undefined) {
    return { kind: 'put', key, value: valueBytes(value) };
  }
  const typed = contentType === undefined ? {} : { contentType };
  const condition = checkRevisionOption(ifRevision);
  return { kind: 'put', key, value: valueBytes(value), ...typed, ...checkLeaseOption(lease), ...condition };
}
