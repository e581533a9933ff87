import type { Context } from '@quorate/actor';
import { gatewayAt, logStoreAt, replicatorAt } from '../addresses.ts';
import type { SnapshotOutcome } from '../gateway/messages.ts';
import { invariant } from '../invariant.ts';
import { decodeConfiguration } from '../membership/configuration-codec.ts';
import type { Logger } from '../ports.ts';
import type { RaftSettings } from '../settings.ts';
import { entryBytes } from '../storage/entry-bytes.ts';
import type { SnapshotFiles, SnapshotRecord } from '../storage/snapshot-files.ts';
import type { StateMachine } from '../storage/state-machine.ts';
import { type Configuration, type EntryTime, type LogEntry, logIndex } from '../types.ts';
import type { ApplierMessage } from './messages.ts';
import { SnapshotRequests } from './snapshot-requests.ts';

type Of<Kind extends ApplierMessage['kind']> = Extract<ApplierMessage, { kind: Kind }>;

/** What the snapshots of an applier are kept with. */
export interface SnapshotsOptions {
  readonly context: Context<ApplierMessage>;
  readonly files: SnapshotFiles;
  readonly stateMachine: StateMachine;
  readonly settings: RaftSettings;
  readonly logger: Logger;
  /** The members as of the state machine's lastApplied. */
  readonly configuration: Configuration;
  /** The time of that entry. Null if nobody knows it: then the state is behind a snapshot, and is loaded from it. */
  readonly time: EntryTime | null;
  /** What the entries count for that were applied since the newest snapshot, in earlier lives of the node too: else one that is started often takes none. */
  readonly bytesSince: number;
  /** Whether records of the log cannot be read: one of them may name other members, so that no snapshot is taken. */
  readonly isMending: boolean;
  /** The newest snapshot that the log has a record of. */
  readonly newest: SnapshotRecord | null;
}

/** A snapshot that the log store is to make a record of, and whose it is. */
interface Unrecorded {
  readonly kind: 'snapshotTaken' | 'snapshotReceived';
  readonly record: SnapshotRecord;
}

/** So long, in election timeouts, a snapshot that nobody asks for any more stays. */
const servingElectionTimeouts = 10;

/** The applier's snapshots: when one is taken, those that come from a leader, and what the state machine is loaded from (Raft §7). */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  #newest: SnapshotRecord | null;
  #configuration: Configuration;
  #time: EntryTime | null;
  #bytesSince: number;
  #isTaking = false;
  /** Whole and flushed, and the log store does not say yet that it has a record of it. */
  readonly #unrecorded = new Map<string, Unrecorded>();
  #loading: SnapshotRecord | null = null;
  #receiving: Of<'storeChunk'> | null = null;
  /** When each was last read for a peer: one that is being sent stays, or a peer that takes longer than the next snapshot never gets one (hashicorp/raft#697). */
  readonly #serving = new Map<string, number>();
  readonly #requests: SnapshotRequests;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
    this.#newest = options.newest;
    this.#bytesSince = options.bytesSince;
    this.#configuration = options.configuration;
    this.#time = options.time;
    this.#requests = new SnapshotRequests(servingElectionTimeouts * options.settings.electionTimeoutMaxMs);
    this.#loadIfBehind();
  }

  /** Whether the state machine is being replaced: nothing is applied meanwhile. */
  get isLoading(): boolean {
    return this.#loading !== null;
  }

  /** The beginning of `entries` up to where a snapshot is due: every node takes its at the same places, so that a transfer can go on with another leader. */
  upToNext(entries: readonly LogEntry[]): readonly LogEntry[] {
    const { snapshotEntries } = this.#options.settings;
    const place = entries.findIndex(({ index }) => index % snapshotEntries === 0);
    return place === -1 ? entries : entries.slice(0, place + 1);
  }

  /** The state machine has applied these. */
  applied(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      const { kind, command } = entry;
      this.#bytesSince += entryBytes(entry);
      if (kind === 'configuration') this.#configuration = decodeConfiguration(command) ?? this.#configuration;
    }
    this.#time = entries.at(-1) ?? this.#time;
    if (this.#isDue) this.take();
  }

  /** Somebody wants a snapshot, and says so until it has the answer. */
  requested({ request, atIndex }: Of<'takeSnapshot'>): void {
    const reason = 'records of the log do not pass their checks, and are being fetched from the other members';
    if (this.#options.isMending) return this.#answer(request, { kind: 'failed', reason });
    this.#requests.asked(request, atIndex, this.#options.context.now());
    this.#serveRequests();
  }

  /** Begins to write a snapshot of the state as it is now. */
  take(): void {
    const { files, stateMachine } = this.#options;
    const { lastApplied: index, lastAppliedTerm: term } = stateMachine;
    if (this.#isTaking || this.isLoading || index <= (this.#newest?.index ?? 0)) return;
    invariant(this.#time !== null, () => `nobody knows the time of entry ${index}`);
    const { timestampUs, logTimeMs } = this.#time;
    this.#isTaking = true;
    this.#bytesSince = 0;
    files.take({ index, term, timestampUs, logTimeMs, configuration: this.#configuration });
  }

  snapshotTaken({ record }: Of<'snapshotTaken'>): void {
    const { index, id, bytes } = record;
    this.#isTaking = false;
    this.#options.logger.info('snapshot taken', { index, id, bytes });
    this.#tellLogStore('snapshotTaken', record);
  }

  snapshotFailed({ reason }: Of<'snapshotFailed'>): void {
    this.#isTaking = false;
    this.#options.logger.error('no snapshot was taken', { reason });
    for (const request of this.#requests.takeWaiting()) this.#answer(request, { kind: 'failed', reason });
  }

  storeChunk(message: Of<'storeChunk'>): void {
    const { files } = this.#options;
    const { record, offset, bytes, checksum } = message;
    this.#receiving = message;
    if (files.storedBytes(record) >= record.bytes) return this.#received(record);
    files.store(record, { offset, bytes, checksum });
  }

  chunkStored({ id, storedBytes }: Of<'chunkStored'>): void {
    const receiving = this.#receiving;
    if (receiving === null || receiving.record.id !== id) return;
    if (storedBytes >= receiving.record.bytes) this.#received(receiving.record);
    else this.#reply(receiving, storedBytes);
  }

  /** The log begins after it, or could: what it replaces goes, and the state machine is loaded if it is behind. */
  snapshotRecorded({ record }: Of<'snapshotRecorded'>): void {
    if (this.#newest === null || record.index >= this.#newest.index) this.#newest = record;
    for (const [id, unrecorded] of this.#unrecorded) {
      if (unrecorded.record.index <= record.index) this.#unrecorded.delete(id);
    }
    const receiving = this.#receiving;
    if (receiving !== null && receiving.record.index <= record.index) {
      this.#receiving = null;
      this.#reply(receiving, receiving.record.bytes);
    }
    if (this.knowsEveryFile) this.#options.files.keepOnly(this.#wantedIds());
    this.#loadIfBehind();
    this.#serveRequests();
  }

  /** True if the state machine is what the newest snapshot holds, or beyond. */
  snapshotLoaded({ id }: Of<'snapshotLoaded'>): boolean {
    const { stateMachine, logger } = this.#options;
    if (this.#loading?.id !== id) return false;
    const { index, configuration } = this.#loading;
    invariant(stateMachine.lastApplied === index, () => `snapshot ${id} was loaded, at ${stateMachine.lastApplied}`);
    this.#time = this.#loading;
    this.#loading = null;
    this.#configuration = configuration;
    logger.info('snapshot loaded', { index, id });
    this.#loadIfBehind();
    return !this.isLoading;
  }

  readChunk(request: Of<'readChunk'>): void {
    this.#serving.set(request.id, this.#options.context.now());
    this.#options.files.read(request);
  }

  chunkRead({ peer, sequence, id, chunk }: Of<'chunkRead'>): void {
    const { context } = this.#options;
    context.send(replicatorAt(context.self, peer), { kind: 'chunkPrepared', sequence, id, chunk });
  }

  /** Says again what the log store may not have heard. */
  retry(): void {
    for (const { kind, record } of this.#unrecorded.values()) this.#tellLogStore(kind, record);
  }

  #serveRequests(): void {
    if (this.isLoading) return;
    const newest = this.#newest;
    const { lastApplied } = this.#options.stateMachine;
    const covered = this.#requests.takeCovered({ lastApplied, newestIndex: newest?.index ?? logIndex(0) });
    for (const { request, isNew } of covered) {
      if (newest !== null) this.#answer(request, { kind: 'recorded', record: newest, isNew });
    }
    const { missingIndex } = this.#requests;
    // One that is on its way to the log's record may do.
    const comes = [...this.#unrecorded.values()].some(({ record }) => record.index >= (missingIndex ?? 0));
    if (missingIndex !== null && !comes) this.take();
  }

  #answer(request: number, outcome: SnapshotOutcome): void {
    const { context } = this.#options;
    context.send(gatewayAt(context.self), { kind: 'snapshotAnswer', request, outcome });
  }

  /** One that is being taken has no name yet, and may be whole already: the word of it can stand behind what is handled now. */
  protected get knowsEveryFile(): boolean {
    return !this.#isTaking;
  }

  get #isDue(): boolean {
    const { settings, stateMachine } = this.#options;
    if (stateMachine.lastApplied % settings.snapshotEntries === 0) return true;
    return this.#bytesSince > settings.snapshotLogBytes && this.#bytesSince > (this.#newest?.bytes ?? 0);
  }

  #wantedIds(): readonly string[] {
    const { context, settings } = this.#options;
    const sinceMs = context.now() - settings.snapshotPatienceMs;
    for (const [id, atMs] of this.#serving) if (atMs < sinceMs) this.#serving.delete(id);
    const records = [this.#newest, this.#loading, this.#receiving?.record];
    const ids = records.flatMap((record) => (record === null || record === undefined ? [] : [record.id]));
    return [...ids, ...this.#unrecorded.keys(), ...this.#serving.keys()];
  }

  #received(record: SnapshotRecord): void {
    this.#tellLogStore('snapshotReceived', record);
  }

  #tellLogStore(kind: 'snapshotTaken' | 'snapshotReceived', record: SnapshotRecord): void {
    const { context, settings } = this.#options;
    this.#unrecorded.set(record.id, { kind, record });
    context.startTimer('snapshotRetry', 4 * settings.heartbeatIntervalMs, { kind: 'snapshotRetry' });
    context.send(logStoreAt(context.self), { kind, record });
  }

  /** lastApplied never goes back: a snapshot of less is not loaded (openraft's install and apply race). */
  #loadIfBehind(): void {
    const { files, stateMachine } = this.#options;
    if (this.#newest === null || this.isLoading || stateMachine.lastApplied >= this.#newest.index) return;
    this.#loading = this.#newest;
    files.load(this.#newest);
  }

  #reply({ leader, term, sequence, record }: Of<'storeChunk'>, nextOffset: number): void {
    const { context } = this.#options;
    const to = replicatorAt({ node: leader.node, group: context.self.group }, context.self.node);
    const { incarnation } = leader;
    context.send(to, { kind: 'installSnapshotReply', term, incarnation, sequence, id: record.id, nextOffset });
  }
}
