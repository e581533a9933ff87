import type { Address, ClusterName, GroupId, NodeId, Sender } from '@quorate/actor';
import type { PublishOptions, RediallingConnection } from '@quorate/nats-connection';
import {
  answeredKinds,
  isLogIndex,
  isTerm,
  type LeaderMessage,
  type Logger,
  type LogIndex,
  type LogStoreMessage,
  type Rpc,
  type RpcReply,
  type RpcTracer,
} from '@quorate/raft';
import {
  type ActorMessage,
  decodePeerMessage,
  encodePeerMessage,
  noRespondersSubject,
  parseNoRespondersSubject,
  parsePeerSubject,
  peerInbox,
  peerSubject,
} from '@quorate/wire';
import { headers, type Msg, type NatsConnection } from 'nats';
import type { DropCounter } from './drop-counter.ts';

type LeaderProbe = Extract<LeaderMessage, { kind: 'leaderProbe' }>;
type NoResponders = Extract<LogStoreMessage, { kind: 'noResponders' }>;

/** What the bus of a node is made from. */
export interface PeerBusOptions {
  readonly cluster: ClusterName;
  readonly clusterId: string;
  readonly identity: Sender;
  readonly connection: RediallingConnection;
  readonly logger: Logger;
  /** Null when no RPC is traced: then no header is looked at. */
  readonly tracer: RpcTracer | null;
  /** Whether that node's removal from the cluster is final. */
  readonly isRemoved: (node: NodeId) => boolean;
  /** Counts what no actor may see. */
  readonly drops: DropCounter;
}

/** Takes a message to its actor. */
export type Deliver = (actor: string, message: ActorMessage, sender: Sender) => void;

const traceparentHeader = 'traceparent';

/** NATS's status of a message that nobody was there to hear. */
const noRespondersCode = 503;

/** The roads between nodes: what one actor tells another on NATS, for all groups of a node, under the subjects that name both. */
export class PeerBus {
  readonly #options: PeerBusOptions;
  readonly #groups = new Map<GroupId, Deliver>();

  constructor(options: PeerBusOptions) {
    this.#options = options;
  }

  /** Delivers a group's messages from now on. */
  attach(group: GroupId, deliver: Deliver): void {
    this.#groups.set(group, deliver);
  }

  /** Listens on a new connection. Messages of an older one are not delivered any more. */
  listen(connection: NatsConnection, epoch: number): void {
    const { cluster, identity } = this.#options;
    connection.subscribe(peerInbox(cluster, identity.node), {
      // What a callback throws would end nats.js's reader for good, without a word.
      callback: (error, message) => {
        // NATS ends a subscription that the node has no permission for.
        if (error !== null) return this.#options.logger.error('cannot hear other nodes', { error: error.message });
        if (epoch !== this.#options.connection.epoch) return;
        try {
          this.#receive(message);
        } catch (failure) {
          this.#options.logger.error('could not deliver a message', { error: String(failure) });
        }
      },
    });
  }

  /** Publishes a message; without a connection it is lost, as messages may be. One that the server would not take is counted, and logged. */
  send(to: Address, message: ActorMessage): void {
    const { cluster, clusterId, identity, connection, tracer } = this.#options;
    const subject = peerSubject({ cluster, from: identity.node, to: to.node, group: to.group, actor: to.actor });
    const traceparent = tracer === null ? null : this.#traceSent(tracer, to.node, message);
    const payload = encodePeerMessage({ clusterId, ...identity }, message);
    const reply = this.#replySubject(to, message);
    const options = { ...(reply === null ? {} : { reply }), ...carrying(traceparent) };
    const isSent = connection.publish(subject, payload, options);
    // Whoever sends it would wait for ever, and nobody would know why.
    if (!isSent && connection.connection !== null) this.#options.drops.drop('tooLarge', subject);
  }

  /** A probe alone has one: if nobody listens any more where it goes, NATS says so there, on this very connection. */
  #replySubject(to: Address, message: ActorMessage): string | null {
    if (!isLeaderProbe(message)) return null;
    const { cluster, identity } = this.#options;
    return noRespondersSubject({
      cluster,
      node: identity.node,
      group: to.group,
      leader: to.node,
      probe: message.probe,
    });
  }

  #receive(message: Msg): void {
    const { clusterId, identity, tracer, cluster } = this.#options;
    // No message between actors is empty.
    if (message.data.length === 0) return this.#receiveFromBus(message);
    const route = parsePeerSubject(message.subject);
    const deliver = route === null ? undefined : this.#groups.get(route.group);
    if (route === null || deliver === undefined || route.to !== identity.node || route.cluster !== cluster) {
      return this.#options.drops.drop('wrongSubject', message.subject);
    }
    if (this.#options.isRemoved(route.from)) return this.#options.drops.drop('removedNode', message.subject);
    // A copy, which Buffer's slice would not be: what nats.js hands out is a view of the socket's buffer, and entries are kept.
    const decoded = decodePeerMessage(new Uint8Array(message.data), {
      clusterId,
      identity,
      from: route.from,
      actor: route.actor,
    });
    if (decoded.kind === 'dropped') return this.#options.drops.drop(decoded.reason, message.subject);
    if (tracer !== null) this.#traceReceived(tracer, route.from, decoded.message, message);
    deliver(route.actor, decoded.message, decoded.sender);
  }

  /** What NATS itself says of a probe. */
  #receiveFromBus(message: Msg): void {
    const { identity, cluster } = this.#options;
    const route = parseNoRespondersSubject(message.subject);
    const deliver = route === null ? undefined : this.#groups.get(route.group);
    const isOwn = route?.node === identity.node && route.cluster === cluster;
    if (route === null || deliver === undefined || !isOwn || message.headers?.code !== noRespondersCode) {
      return this.#options.drops.drop('wrongSubject', message.subject);
    }
    const { leader, probe } = route;
    const told: NoResponders = { kind: 'noResponders', leader, probe };
    deliver('logStore', told, identity);
  }

  #traceSent(tracer: RpcTracer, peer: NodeId, message: ActorMessage): string | null {
    const traced = this.#tracedOf(peer, message);
    if (traced === null) return null;
    if (traced.is === 'request') return tracer.requested(traced.rpc, causesOf(message));
    tracer.replied(traced.reply);
    return null;
  }

  #traceReceived(tracer: RpcTracer, peer: NodeId, message: ActorMessage, carrier: Msg): void {
    const traced = this.#tracedOf(peer, message);
    if (traced === null) return;
    if (traced.is === 'request') tracer.received(traced.rpc, traceparentOf(carrier));
    else tracer.answered(traced.reply);
  }

  /** The RPC that a message begins or ends; null for what is neither, and for what the own actors ask each other. */
  #tracedOf(peer: NodeId, message: ActorMessage): Traced | null {
    if (peer === this.#options.identity.node) return null;
    if (!('sequence' in message) || typeof message.sequence !== 'number') return null;
    const isReply = message.kind.endsWith('Reply');
    const kind = isReply ? message.kind.slice(0, -'Reply'.length) : message.kind;
    // Nothing would ever end the span of what nobody answers.
    if (!answeredKinds.has(kind)) return null;
    const shared = { peer, kind, sequence: message.sequence };
    if (isReply) return { is: 'reply', reply: { ...shared, matchIndex: matchIndexOf(message) } };
    return { is: 'request', rpc: { ...shared, last: lastOf(message) } };
  }
}

type Traced = { readonly is: 'request'; readonly rpc: Rpc } | { readonly is: 'reply'; readonly reply: RpcReply };

/** The last entry that a message brings. */
function lastOf(message: ActorMessage): Rpc['last'] {
  if (!('entries' in message) || !Array.isArray(message.entries)) return null;
  const last: unknown = message.entries.at(-1);
  if (typeof last !== 'object' || last === null || !('index' in last) || !('term' in last)) return null;
  const { index, term: inTerm } = last;
  return isLogIndex(index) && isTerm(inTerm) ? { index, term: inTerm } : null;
}

/** How far a reply says that entries are on disk. */
function matchIndexOf(message: ActorMessage): LogIndex | null {
  if (!('matchIndex' in message) || !('success' in message) || message.success !== true) return null;
  return isLogIndex(message.matchIndex) ? message.matchIndex : null;
}

const carrying = (traceparent: string | null): PublishOptions => {
  if (traceparent === null) return {};
  const carried = headers();
  carried.set(traceparentHeader, traceparent);
  return { headers: carried };
};

const isLeaderProbe = (message: ActorMessage): message is LeaderProbe => message.kind === 'leaderProbe';

/** nats.js reads headers when they are asked for, and throws at those that are none: then the message is not traced, but not lost. */
function traceparentOf(carrier: Msg): string | null {
  try {
    return carrier.headers?.get(traceparentHeader) || null;
  } catch {
    return null;
  }
}

/** The contexts that a message is sent in: its own, or those of the traced entries in it. */
function causesOf(message: ActorMessage): readonly string[] {
  if ('traceparent' in message) return typeof message.traceparent === 'string' ? [message.traceparent] : [];
  if (!('entries' in message) || !Array.isArray(message.entries)) return [];
  const causes: string[] = [];
  for (const entry of message.entries) {
    const traceparent: unknown = entry?.fields?.traceparent;
    if (typeof traceparent === 'string') causes.push(traceparent);
  }
  return causes;
}
