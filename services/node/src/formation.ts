import type { ClusterName, GroupId } from '@quorate/actor';
import { AlreadyFormed, type DataFolder, SnapshotNotStaged } from '@quorate/lmdb-storage';
import type { DropCounter } from '@quorate/nats-bus';
import type { RediallingConnection } from '@quorate/nats-connection';
import {
  type Configuration,
  CorruptRecord,
  type FormationRecord,
  type Logger,
  membersOf,
  UnknownFormatVersion,
  type Voter,
} from '@quorate/raft';
import {
  announcementInbox,
  announcementSubject,
  clusterIdOf,
  decodeAnnouncement,
  encodeAnnouncement,
  FormationRefused,
  type Formation as FormationState,
  parseAnnouncementSubject,
  SnapshotProblem,
  type SnapshotProblemCode,
  type SnapshotStageRequest,
  type StagedSnapshot,
} from '@quorate/wire';
import type { Msg, NatsConnection } from 'nats';
import { isRemovedFrom } from './committed-members.ts';

const announceEveryMs = 500;

/** How the cluster's name knows this node. */
type Place =
  | { readonly kind: 'listed' }
  | { readonly kind: 'spent'; readonly reason: string; readonly listedStorageId: string | null }
  | { readonly kind: 'unknown' };

const problem = (code: SnapshotProblemCode, { message }: Error): SnapshotProblem =>
  new SnapshotProblem({ code, message });

/** What an error that a staged snapshot was met with is to whoever sent it; any other stays as it is. */
function snapshotProblemOf(error: unknown): unknown {
  if (error instanceof UnknownFormatVersion) return problem('UnknownSnapshotFormat', error);
  return error instanceof CorruptRecord ? problem('SnapshotDamaged', error) : error;
}

/** What formation is made from. */
export interface FormationOptions {
  readonly folder: DataFolder;
  /** The group whose log a restored cluster begins with. */
  readonly group: GroupId;
  readonly connection: RediallingConnection;
  readonly logger: Logger;
  /** Counts what is no announcement. */
  readonly drops: DropCounter;
  /** The node has become a member. Called once, also at the start of a node that is one already. */
  readonly onFormed: (record: FormationRecord, clusterId: string) => void;
  /** The newest configuration that this node knows to be committed, or null. */
  readonly configuration: () => Configuration | null;
  /** The others say that this node, which is in the cluster, was removed from it. Called each time that they do. */
  readonly onRemoved: () => void;
}

/**
 * How a node comes to be in a cluster: by a record that names it with its disk, or comes with a configuration that does; handed to
 * it once, by whoever forms the cluster or by any node that has it. A machine that comes back under a listed name with another disk has forgotten its votes: it
 * never votes, and waits to be replaced.
 */
export class Formation {
  readonly #options: FormationOptions;
  #isSpent = false;
  #clusterId: string | null = null;
  /** Why it could not join, as it was logged last. */
  #failure: string | null = null;
  #announceTimer: NodeJS.Timeout | null = null;
  #remindedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: FormationOptions) {
    this.#options = options;
    const { formationRecord } = options.folder;
    if (formationRecord !== null) options.onFormed(formationRecord, clusterIdOf(formationRecord));
    else this.#announceUntilFormed();
  }

  /** Whether this node is in a cluster. */
  get state(): FormationState {
    if (this.#options.folder.formationRecord !== null) return 'formed';
    return this.#isSpent ? 'spent' : 'unformed';
  }

  /** The cluster that it is in, or null. */
  get clusterId(): string | null {
    const { formationRecord } = this.#options.folder;
    if (formationRecord === null) return null;
    // A node accepts one record, ever; and each request asks for the id.
    this.#clusterId ??= clusterIdOf(formationRecord);
    return this.#clusterId;
  }

  /** Listens for other nodes of the cluster's name on a new connection. */
  listen(connection: NatsConnection): void {
    connection.subscribe(announcementInbox(this.#cluster), {
      callback: (error, message) => {
        // NATS ends a subscription that the node has no permission for.
        if (error !== null) this.#options.logger.error('cannot hear other nodes', { error: error.message });
        else void this.#heard(message);
      },
    });
    this.#announce();
  }

  /** Announces no more; a record that is being accepted is kept, and joined at the next start. */
  stop(): void {
    if (this.#announceTimer !== null) clearInterval(this.#announceTimer);
    this.#announceTimer = null;
  }

  /**
   * Accepts the record of the cluster that this node is to be in. The same one again is fine.
   * @throws {FormationRefused} if the node is in another, or the record does not name it with its disk
   */
  async accept(record: FormationRecord): Promise<void> {
    const { folder } = this.#options;
    const { nodeId } = folder;
    if (record.clusterName !== folder.clusterName) {
      throw new FormationRefused({
        reason: `is of cluster ${folder.clusterName}, not of ${record.clusterName}`,
        node: nodeId,
      });
    }
    const own = record.voters.find(({ id }) => id === nodeId);
    if (own === undefined) throw new FormationRefused({ reason: 'is not among the voters', node: nodeId });
    if (own.storageId !== folder.storageId) {
      throw new FormationRefused({ reason: 'has another data folder than the one listed', node: nodeId });
    }
    await this.#join(record);
  }

  /**
   * Stores a stretch of a snapshot that a cluster is to be restored from.
   * @throws {FormationRefused} if this node is in a cluster, or spent
   * @throws {SnapshotProblem} if all of it came, and it is damaged: it is thrown away
   */
  async stage(request: SnapshotStageRequest): Promise<StagedSnapshot> {
    const { folder } = this.#options;
    if (this.state !== 'unformed') {
      const reason = this.state === 'formed' ? 'is in a cluster already' : 'has a spent id';
      throw new FormationRefused({ reason, node: folder.nodeId });
    }
    try {
      return await folder.staged.stage(request);
    } catch (error) {
      throw snapshotProblemOf(error);
    }
  }

  /** The members have changed: whoever waits to be added, or was removed, hears of it. */
  tellMembers(): void {
    if (this.#options.folder.formationRecord !== null) this.#announce();
  }

  /** A node that was removed still speaks: it is told, now and then. */
  remind(): void {
    const nowMs = performance.now();
    if (nowMs - this.#remindedAtMs < announceEveryMs) return;
    this.#remindedAtMs = nowMs;
    this.tellMembers();
  }

  /** @throws {FormationRefused} if the node is in another cluster, or has not got what the cluster is restored from */
  async #join(record: FormationRecord): Promise<void> {
    const { folder, group, logger, onFormed } = this.#options;
    const { nodeId } = folder;
    const before = folder.formationRecord;
    try {
      await folder.acceptFormation(record, group);
    } catch (error) {
      if (error instanceof AlreadyFormed)
        throw new FormationRefused({ reason: 'has been formed already', node: nodeId });
      if (error instanceof SnapshotNotStaged) {
        const reason = 'has not got the whole snapshot that the cluster is restored from (quorate snapshot restore)';
        throw new FormationRefused({ reason, node: nodeId });
      }
      throw snapshotProblemOf(error);
    }
    if (before !== null || this.#announceTimer === null) return;
    this.stop();
    logger.info('joined the cluster', { clusterId: clusterIdOf(record) });
    onFormed(record, clusterIdOf(record));
  }

  get #cluster(): ClusterName {
    return this.#options.folder.clusterName;
  }

  #announceUntilFormed(): void {
    this.#announceTimer = setInterval(() => this.#announce(), announceEveryMs);
  }

  #announce(): void {
    const { folder, connection } = this.#options;
    const subject = announcementSubject(this.#cluster, folder.nodeId);
    const { formationRecord: record } = folder;
    const announcement =
      record === null
        ? ({ kind: 'unformed', storageId: folder.storageId } as const)
        : ({ kind: 'formed', record, configuration: this.#options.configuration() } as const);
    connection.publish(subject, encodeAnnouncement(announcement));
  }

  /** Nothing may be thrown here: it would end the connection's reader. */
  async #heard(message: Msg): Promise<void> {
    const { folder, logger, drops } = this.#options;
    const route = parseAnnouncementSubject(message.subject);
    const announcement = decodeAnnouncement(message.data);
    if (route === null) return drops.drop('wrongSubject', message.subject);
    if (announcement === null) return drops.drop('wrongShape', message.subject);
    if (route.from === folder.nodeId) return;
    if (announcement.kind === 'unformed') {
      if (folder.formationRecord !== null) this.#announce();
      return;
    }
    const configuration = this.#options.configuration();
    if (configuration !== null && isRemovedFrom(configuration, route.from)) return this.remind();
    if (announcement.record.clusterName !== this.#cluster) return drops.drop('otherCluster', message.subject);
    try {
      await this.#learn(announcement.record, announcement.configuration);
    } catch (error) {
      // They announce it again and again.
      if (String(error) === this.#failure) return;
      this.#failure = String(error);
      logger.error('could not join the cluster', { error: this.#failure, from: route.from });
    }
  }

  async #learn(record: FormationRecord, configuration: Configuration | null): Promise<void> {
    const { folder, logger, onRemoved } = this.#options;
    if (folder.formationRecord !== null) {
      const isOwn = clusterIdOf(record) === this.clusterId;
      if (isOwn && configuration !== null && isRemovedFrom(configuration, folder.nodeId)) onRemoved();
      return;
    }
    const place = this.#placeIn(record, configuration);
    if (place.kind === 'listed') return this.#join(record);
    if (place.kind === 'unknown' || this.#isSpent) return;
    this.#isSpent = true;
    const { storageId } = folder;
    logger.error(`this id is spent: ${place.reason}`, { storageId, listedStorageId: place.listedStorageId });
  }

  /** The configuration is newer than the record: who was removed since is no voter any more, and who was added is listed nowhere else. */
  #placeIn(record: FormationRecord, configuration: Configuration | null): Place {
    const { nodeId, storageId } = this.#options.folder;
    if (configuration !== null && isRemovedFrom(configuration, nodeId)) {
      const reason = 'the node was removed from the cluster; give this machine a new id to add it again';
      return { kind: 'spent', reason, listedStorageId: null };
    }
    const members: readonly Voter[] = [...(configuration === null ? [] : membersOf(configuration)), ...record.voters];
    const listed = members.find(({ id }) => id === nodeId);
    if (listed === undefined) return { kind: 'unknown' };
    if (listed.storageId === storageId) return { kind: 'listed' };
    const reason = 'the cluster knows it with another data folder; this node never votes and waits to be replaced';
    return { kind: 'spent', reason, listedStorageId: listed.storageId };
  }
}
