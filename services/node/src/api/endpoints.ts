import type { ClusterName, GroupId, NodeId } from '@quorate/actor';
import type { Logger } from '@quorate/raft';
import { isTraceparent, type RequestMeter } from '@quorate/telemetry';
import {
  AnotherCluster,
  API_QUEUE,
  type ApiReply,
  type ApiRequest,
  apiSubject,
  CLUSTER_HEADER,
  clusterTagOf,
  decodeRequest,
  decodeSharedRequests,
  ENDPOINTS,
  type Endpoint,
  encodeJsonReply,
  encodeReply,
  errorReply,
  everyNodeApiSubject,
  INDEX_HEADER,
  isJsonRequest,
  isReadEndpoint,
  NODE_ENDPOINTS,
  nodeApiSubject,
  serviceErrorHeaders,
} from '@quorate/wire';
import { headers, type Msg, type MsgHdrs, type NatsConnection, type Service, type ServiceMsg } from 'nats';
import { quorateVersion } from '../version.ts';
import { SharedAnswers } from './shared-answers.ts';

/** Answers a request. What it throws becomes the answer. */
export type AnswerRequest = (endpoint: Endpoint, request: ApiRequest, traceparent: string | null) => Promise<ApiReply>;

/** What a node's endpoints are made from. */
export interface EndpointsOptions {
  readonly cluster: ClusterName;
  readonly group: GroupId;
  readonly node: NodeId;
  /** The id of the cluster that the node is in, or null. */
  readonly clusterId: () => string | null;
  readonly logger: Logger;
  readonly answer: AnswerRequest;
  /** Null when nobody would see what it counts. */
  readonly meter: RequestMeter | null;
}

/** The endpoints of a node as a NATS service, so that `nats micro ls` shows it. Made anew for each connection. */
export class Endpoints {
  readonly #options: EndpointsOptions;
  readonly #service: Service;
  readonly #connection: NatsConnection;
  #isForMembers = false;

  private constructor(options: EndpointsOptions, service: Service, connection: NatsConnection) {
    this.#options = options;
    this.#service = service;
    this.#connection = connection;
  }

  /** Takes, on `connection`, what is asked of this node or of all nodes. */
  static async open(options: EndpointsOptions, connection: NatsConnection): Promise<Endpoints> {
    const { cluster, group, node } = options;
    const service = await connection.services.add({
      name: 'quorate',
      version: quorateVersion,
      description: 'Quorate, a replicated config store',
      metadata: { cluster, group, node },
    });
    const endpoints = new Endpoints(options, service, connection);
    for (const endpoint of ENDPOINTS) endpoints.#addOwn(endpoint);
    return endpoints;
  }

  /** Takes, beside that, what any member of the cluster may be asked. What is being answered goes on: a node may join while it answers. */
  openForMembers(): void {
    if (this.#isForMembers) return;
    this.#isForMembers = true;
    const { cluster, group } = this.#options;
    for (const endpoint of ENDPOINTS) {
      if (NODE_ENDPOINTS.has(endpoint)) continue;
      this.#add(endpoint, endpoint, apiSubject(cluster, group, endpoint), API_QUEUE);
    }
  }

  /**
   * Takes no more requests, but says who it is while the connection stands: clients ask that of a node that has their requests, and
   * would take them for lost if nobody answered, though the node is about to answer them.
   */
  async close(): Promise<void> {
    const { cluster, group, node } = this.#options;
    this.#connection.subscribe(nodeApiSubject(cluster, group, node, 'hello'), {
      queue: ownQueue(node),
      callback: (error, message) => {
        if (error === null) void this.#serve('hello', message);
      },
    });
    await this.#service.stop();
  }

  #addOwn(endpoint: Endpoint): void {
    const { cluster, group, node } = this.#options;
    const own = ownQueue(node);
    this.#add(`${endpoint}-node`, endpoint, nodeApiSubject(cluster, group, node, endpoint), own);
    if (endpoint === 'hello' || endpoint === 'status') {
      this.#add(`${endpoint}-all`, endpoint, everyNodeApiSubject(cluster, group, endpoint), own);
    }
  }

  #add(name: string, endpoint: Endpoint, subject: string, queue: string): void {
    const handler = (error: Error | null, message: ServiceMsg): void => {
      if (error === null) void this.#serve(endpoint, message);
    };
    this.#service.addEndpoint(name, { subject, queue, handler });
  }

  /** Nothing may be thrown here: it would end the connection's reader. */
  async #serve(endpoint: Endpoint, message: Msg): Promise<void> {
    try {
      // A copy, which Buffer's slice would not be: the command in it is kept in the log.
      const bytes = new Uint8Array(message.data);
      const shared = decodeSharedRequests(bytes);
      if (shared !== null) return this.#serveAll(endpoint, message, shared);
      const inJson = isJsonRequest(bytes);
      const traceparent = this.#traceparentOf(message);
      const { reply, cluster } = await this.#answer(endpoint, bytes, traceparent);
      const body = inJson ? encodeJsonReply(endpoint, reply) : encodeReply(reply, cluster);
      const named = inJson ? this.#clusterTag : null;
      message.respond(body, { headers: headersOf(reply, traceparent !== null, named) });
    } catch (error) {
      this.#unanswered(endpoint, error);
    }
  }

  /** One that is broken is ignored, and so are headers that nats.js, which reads them when they are asked for, throws at. */
  #traceparentOf({ headers: given }: Msg): string | null {
    const text = headerOf(given, 'traceparent');
    if (text === '') return null;
    if (text !== null && isTraceparent(text)) return text;
    if (text !== null || given !== undefined) this.#options.meter?.brokenTraceparent();
    return null;
  }

  /** Each of the requests that share a message is answered as if it were alone. */
  #serveAll(endpoint: Endpoint, message: Msg, requests: readonly Uint8Array[]): void {
    const answers = new SharedAnswers((payload) => {
      try {
        message.respond(payload);
      } catch (error) {
        this.#unanswered(endpoint, error);
      }
    }, this.#connection.info?.max_payload ?? Infinity);
    requests.forEach((request, ordinal) => void this.#serveShared(endpoint, request, ordinal, answers));
  }

  async #serveShared(endpoint: Endpoint, request: Uint8Array, ordinal: number, answers: SharedAnswers): Promise<void> {
    try {
      const { reply, cluster } = await this.#answer(endpoint, request, null);
      answers.add({ ordinal, reply: encodeReply(reply, cluster) });
    } catch (error) {
      this.#unanswered(endpoint, error);
    }
  }

  #unanswered(endpoint: Endpoint, error: unknown): void {
    this.#options.logger.error('could not answer a request', { endpoint, error: String(error) });
  }

  get #clusterTag(): string | null {
    const clusterId = this.#options.clusterId();
    return clusterId === null ? null : clusterTagOf(clusterId);
  }

  /** With the tag of the cluster that answers, if the request asks for it. */
  async #answer(
    endpoint: Endpoint,
    bytes: Uint8Array,
    traceparent: string | null,
  ): Promise<{ readonly reply: ApiReply; readonly cluster: string | null }> {
    const { meter } = this.#options;
    const beganAtMs = meter?.began() ?? 0;
    let request: ApiRequest | null = null;
    let reply: ApiReply;
    try {
      request = decodeRequest(endpoint, bytes);
      this.#checkCluster(request);
      reply = await this.#options.answer(endpoint, request, traceparent);
    } catch (error) {
      reply = errorReply(error, null);
    }
    const consistency = request !== null && isReadEndpoint(endpoint) ? request.read.consistency : null;
    meter?.answered(endpoint, reply.kind === 'ok' ? 'ok' : reply.error.code, beganAtMs, consistency);
    return { reply, cluster: (request?.cluster ?? null) === null ? null : this.#clusterTag };
  }

  /**
   * A cluster that was restored has the name of the one before, and nodes of that one may come back: nobody who speaks with the one is to be answered by the
   * other. @throws {AnotherCluster}
   */
  #checkCluster({ cluster: wanted }: ApiRequest): void {
    const own = this.#clusterTag;
    if (wanted === null || wanted === '' || own === null || wanted === own) return;
    const { node } = this.#options;
    throw new AnotherCluster(
      `node ${node} is in another cluster of that name (its id begins with ${own}); it did nothing`,
    );
  }
}

/** Of a node by itself: every node gets what is asked of all. */
const ownQueue = (node: NodeId): string => `node-${node}`;

/** Whoever traces a write may ask where its time went, by its index. */
/** The first value of a header, empty if there is none; null if the headers cannot be read. */
function headerOf(given: MsgHdrs | undefined, name: string): string | null {
  try {
    return given?.get(name) ?? '';
  } catch {
    return null;
  }
}

function headersOf(reply: ApiReply, isTraced: boolean, cluster: string | null): MsgHdrs {
  const result = headers();
  if (cluster !== null) result.set(CLUSTER_HEADER, cluster);
  if (isTraced && reply.index !== undefined) result.set(INDEX_HEADER, String(reply.index));
  if (reply.kind === 'ok') return result;
  for (const [name, value] of Object.entries(serviceErrorHeaders(reply.error))) result.set(name, value);
  return result;
}
