import { type LogEntry, logIndex, type Term, term } from '@quorate/raft';
import {
  AnotherCluster,
  API_QUEUE,
  type ApiReply,
  apiSubject,
  CLUSTER_HEADER,
  changesSubject,
  clusterTagOf,
  committedSubject,
  decodeRequest,
  decodeSharedRequests,
  ENDPOINTS,
  type Endpoint,
  encodeAnswer,
  encodeCommand,
  encodeCommitted,
  encodeLeaderAnnouncement,
  encodeReply,
  encodeResult,
  encodeSharedReplies,
  errorReply,
  everyNodeApiSubject,
  INDEX_HEADER,
  leaderSubject,
  nodeApiSubject,
  nodeIdSchema,
} from '@quorate/wire';
import { connect, headers, type Msg, type MsgHdrs, type NatsConnection } from 'nats';

/** How fresh a read is to be. */
type ReadOptions = ReturnType<typeof decodeRequest>['read'];

/** A request as a fake node gets it. */
export interface FakeRequest {
  readonly endpoint: Endpoint;
  /** Under which kind of subject it came. */
  readonly via: 'anyNode' | 'node' | 'everyNode';
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  readonly read: ReadOptions;
}

const looking = 'hello node';

/** What a fake node does with a request; null keeps it silent. */
export type Behaviour = (request: FakeRequest) => ApiReply | Uint8Array | null | Promise<ApiReply | Uint8Array | null>;

/** A node that speaks the frames of the api, and says what a test has it say. */
export class FakeNode {
  readonly id: string;
  /** All that it was asked. */
  readonly requests: FakeRequest[] = [];
  /** How many requests each message held that came to it. */
  readonly messages: number[] = [];
  /** The id of its cluster; null if it says nothing of that. */
  clusterId: string | null = null;
  readonly #connection: NatsConnection;
  #behaviour: Behaviour;

  private constructor(id: string, connection: NatsConnection, behaviour: Behaviour) {
    this.id = id;
    this.#connection = connection;
    this.#behaviour = behaviour;
  }

  /** Connects to the bus, and listens. */
  static async start(url: string, id: string, behaviour: Behaviour = () => null): Promise<FakeNode> {
    const connection = await connect({ servers: url, reconnect: false, noAsyncTraces: true });
    const node = new FakeNode(id, connection, behaviour);
    for (const endpoint of ENDPOINTS) node.#listen(endpoint);
    await connection.flush();
    return node;
  }

  /** Behaves so from now on. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
  }

  /** The endpoints of its requests, with the way that each came, but for the SDK's own looking whether it is there. */
  get log(): readonly string[] {
    return this.requests.map(({ endpoint, via }) => `${endpoint} ${via}`).filter((request) => request !== looking);
  }

  /** How often the SDK has looked whether it is there. */
  get looks(): number {
    return this.requests.filter(({ endpoint, via }) => `${endpoint} ${via}` === looking).length;
  }

  /** Publishes on the stream of committed entries. */
  async stream(...entries: readonly LogEntry[]): Promise<void> {
    const named = headers();
    if (this.clusterId !== null) named.set(CLUSTER_HEADER, clusterTagOf(this.clusterId));
    this.#connection.publish(committedSubject('main', 'config'), encodeCommitted(entries), { headers: named });
    await this.#connection.flush();
  }

  /** Announces itself as leader of that term, and resolves once that is with the bus. */
  async announce(inTerm: Term): Promise<void> {
    const cluster = this.clusterId === null ? null : clusterTagOf(this.clusterId);
    const announcement = encodeLeaderAnnouncement({ leader: nodeIdSchema.parse(this.id), term: inTerm, cluster });
    this.#connection.publish(leaderSubject('main', 'config'), announcement);
    await this.#connection.flush();
  }

  /** Publishes on the stream of changes, for the key of these tokens. */
  change(tokens: string): void {
    this.#connection.publish(changesSubject('main', 'config', tokens));
  }

  /** Resolves once all that it has published is with the bus. */
  async flush(): Promise<void> {
    await this.#connection.flush();
  }

  /** Leaves the bus. */
  async stop(): Promise<void> {
    await this.#connection.close();
  }

  #listen(endpoint: Endpoint): void {
    const listen = (subject: string, via: FakeRequest['via'], queue?: string): void => {
      this.#connection.subscribe(subject, {
        ...(queue === undefined ? {} : { queue }),
        callback: (error, message) => {
          if (error === null) void this.#serve({ endpoint, via }, message);
        },
      });
    };
    listen(apiSubject('main', 'config', endpoint), 'anyNode', API_QUEUE);
    listen(nodeApiSubject('main', 'config', this.id, endpoint), 'node');
    listen(everyNodeApiSubject('main', 'config', endpoint), 'everyNode');
  }

  async #serve(how: Pick<FakeRequest, 'endpoint' | 'via'>, message: Msg): Promise<void> {
    const bytes = new Uint8Array(message.data);
    const shared = decodeSharedRequests(bytes);
    this.messages.push(shared?.length ?? 1);
    const requests = shared ?? [bytes];
    await Promise.all(
      requests.map(async (request, ordinal) => {
        const answer = await this.#answer(how, request);
        if (answer === null || this.#connection.isClosed()) return;
        const isPlain = shared === null || answer.isMalformed;
        const reply = isPlain ? answer.reply : encodeSharedReplies([{ ordinal, reply: answer.reply }]);
        message.respond(reply, headersFor(message, answer.index));
      }),
    );
  }

  async #answer(
    how: Pick<FakeRequest, 'endpoint' | 'via'>,
    bytes: Uint8Array,
  ): Promise<{ readonly reply: Uint8Array; readonly isMalformed: boolean; readonly index: number | null } | null> {
    const { body, timeoutMs, read, cluster } = decodeRequest(how.endpoint, bytes);
    const request = { ...how, body, timeoutMs, read };
    const own = this.clusterId === null ? null : clusterTagOf(this.clusterId);
    const tag = cluster === null ? null : own;
    const isForAnother = tag !== null && cluster !== '' && cluster !== tag;
    if (isForAnother)
      return { reply: encodeReply(refusal(new AnotherCluster()), tag), isMalformed: false, index: null };
    this.requests.push(request);
    const reply = await this.#behaviour(request);
    if (reply === null) return null;
    return reply instanceof Uint8Array
      ? { reply, isMalformed: true, index: null }
      : { reply: encodeReply(reply, tag), isMalformed: false, index: reply.index ?? null };
  }
}

/** A write that is traced is told where it stands. */
function headersFor(message: Msg, index: number | null): { readonly headers?: MsgHdrs } {
  if (index === null || !/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/.test(message.headers?.get('traceparent') ?? '')) return {};
  const result = headers();
  result.set(INDEX_HEADER, String(index));
  return { headers: result };
}

/** A node's name, as replies carry it. */
export const idOf = (name: string) => nodeIdSchema.parse(name);

const leaderOf = (leader: string | null) => (leader === null ? null : idOf(leader));

/** The reply to a put. */
export const putReply = (revision: number, leader: string | null = null): ApiReply =>
  ok(encodeResult({ kind: 'put', revision }), leader);

/** The reply to a get. */
export function getReply(value: string | null, leader: string | null = null): ApiReply {
  const entry =
    value === null
      ? null
      : {
          key: '/a',
          value: Buffer.from(value),
          createRevision: 3,
          modRevision: 7,
          version: 2,
          lease: null,
          contentType: null,
        };
  return ok(encodeAnswer({ kind: 'get', entry, revision: 9, appliedIndex: 12 }), leader);
}

/** A reply that is no error. */
export const ok = (body: Uint8Array, leader: string | null = null): ApiReply => ({
  kind: 'ok',
  body,
  leader: leaderOf(leader),
});

/** A reply that is one. */
export const refusal = (error: Error, leader: string | null = null): ApiReply => errorReply(error, leaderOf(leader));

/** An entry of the log that puts its own index. */
export const logEntry = (index: number): LogEntry => ({
  index: logIndex(index),
  term: term(1),
  kind: 'command',
  timestampUs: index,
  logTimeMs: 0,
  command: encodeCommand({ kind: 'put', key: '/index', value: Buffer.from(String(index)) }),
});

/** The entries from one index to another. */
export const logEntries = (from: number, to: number): readonly LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, at) => logEntry(from + at));
