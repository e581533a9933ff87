import type { NodeId } from '@quorate/actor';
import type { RediallingConnection } from '@quorate/nats-connection';
import type { AppliedEntry, LogEntry, StreamPublisher, Term } from '@quorate/raft';
import {
  CLUSTER_HEADER,
  changesSubject,
  clusterTagOf,
  committedSubject,
  encodeCommitted,
  encodeLeaderAnnouncement,
  leaderSubject,
} from '@quorate/wire';
import { headers, type MsgHdrs } from 'nats';

/** One message on `committed` holds entries up to so many bytes; one entry always fits. */
const maxMessageBytes = 512 * 1024;
const entryEnvelopeBytes = 128;

/** Whose streams they are. */
export interface StreamsOptions {
  readonly cluster: string;
  readonly clusterId: string;
  readonly group: string;
}

/** Publishes on the streams of a group: what is applied on `committed`, and one subject for each changed key; who leads on `leader`. */
export class NatsStreams implements StreamPublisher {
  readonly #connection: RediallingConnection;
  readonly #cluster: string;
  readonly #group: string;

  /** Of the cluster that the node is in: another may have the same name. */
  readonly #clusterTag: string;
  readonly #ofCluster: MsgHdrs;

  constructor(connection: RediallingConnection, options: StreamsOptions) {
    this.#connection = connection;
    this.#cluster = options.cluster;
    this.#group = options.group;
    this.#clusterTag = clusterTagOf(options.clusterId);
    this.#ofCluster = headersOf({ [CLUSTER_HEADER]: this.#clusterTag });
  }

  announceLeader(leader: NodeId, term: Term): void {
    const subject = leaderSubject(this.#cluster, this.#group);
    this.#connection.publish(subject, encodeLeaderAnnouncement({ leader, term, cluster: this.#clusterTag }));
  }

  publish(applied: readonly AppliedEntry[]): void {
    for (const entries of pagesOf(applied.map(({ entry }) => entry))) {
      const subject = committedSubject(this.#cluster, this.#group);
      this.#connection.publish(subject, encodeCommitted(entries), { headers: this.#ofCluster });
    }
    for (const { notices } of applied) {
      for (const notice of notices()) {
        const subject = changesSubject(this.#cluster, this.#group, notice.subject);
        const headers = headersOf({ ...notice.headers, [CLUSTER_HEADER]: this.#clusterTag });
        this.#connection.publish(subject, notice.body, { headers });
      }
    }
  }
}

function pagesOf(entries: readonly LogEntry[]): readonly (readonly LogEntry[])[] {
  const pages: LogEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const size = entry.command.length + entryEnvelopeBytes;
    if (bytes + size > maxMessageBytes) {
      pages.push([]);
      bytes = 0;
    }
    pages.at(-1)?.push(entry);
    bytes += size;
  }
  return pages;
}

function headersOf(fields: Readonly<Record<string, string>>): MsgHdrs {
  const result = headers();
  for (const [name, value] of Object.entries(fields)) result.set(name, value);
  return result;
}
