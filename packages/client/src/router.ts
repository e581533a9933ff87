import {
  type AttemptFailure,
  attemptTimeoutMs,
  decideRetry,
  isLeaderBusy,
  noAttempts,
  nodeTimeoutMs,
  type RequestHistory,
  type RequestKind,
} from '@quorate/raft';
import {
  decodeReply,
  type Endpoint,
  encodeRequest,
  errorFromData,
  type ReadOptions,
  type TaggedReply,
} from '@quorate/wire';
import type { Clock } from './clock.ts';
import {
  AnotherCluster,
  InvalidRequest,
  MalformedMessage,
  NoLeader,
  NotPermitted,
  OutcomeUnknown,
  type QuorateError,
  StoreClosed,
  Timeout,
  Unavailable,
} from './errors.ts';
import type { KnownCluster } from './known-cluster.ts';
import type { LeaderNews } from './leader-news.ts';
import type { Lifetime } from './lifetime.ts';
import type { Link } from './link.ts';
import type { NodeWatch } from './node-watch.ts';
import { OpenAttempts } from './open-attempts.ts';
import { RequestSubjects } from './request-subjects.ts';
import type { SharedMessages } from './shared-messages.ts';
import { waitFor } from './wait.ts';

/** What a node is asked. */
export interface NodeRequest {
  readonly endpoint: Endpoint;
  /** A `read` may be repeated at no risk, and so may a `sessionWrite`. */
  readonly kind: RequestKind;
  readonly body: Uint8Array;
  /** Of a `get` or a `list` that is to be other than usual. */
  readonly read?: ReadOptions;
  /** Ask this node and no other. */
  readonly node?: string | undefined;
  /** Ask whichever node takes it, even if the leader is known. */
  readonly anyNode?: boolean | undefined;
  /** Ask this node first, which may keep the request for so long, and whichever takes it if that one is gone, or does not say for half a second that it is there. */
  readonly first?: { readonly node: string; readonly attemptMs: number } | undefined;
  /** Given, all requests that have it are answered by one cluster. They go to the one that the store knows unless it is. */
  readonly cluster?: KnownCluster;
  /** For all attempts together. */
  readonly timeoutMs: number;
  /** The call's: whatever waits for it ends with it. */
  readonly lifetime: Lifetime;
}

/** What a router stands on. */
export interface RouterOptions {
  readonly cluster: string;
  readonly group: string;
  readonly link: Link;
  readonly messages: SharedMessages;
  readonly watch: NodeWatch;
  /** For requests that a node keeps until there is something to answer. */
  readonly idleWatch: NodeWatch;
  readonly news: LeaderNews;
  /** The cluster that the store speaks with. */
  readonly known: KnownCluster;
  readonly clock: Clock;
}

/** What an attempt brought the request. */
type AttemptResult = { readonly kind: 'ok'; readonly body: Uint8Array } | AttemptFailure;

/** A request as its attempts go on. */
interface OpenRequest {
  readonly request: NodeRequest;
  readonly deadlineMs: number;
  /** The tag of the cluster that it is for; empty until the first answer tells. */
  tag: string;
  history: RequestHistory;
  /** The latest refusal, to be passed on if nothing better comes. */
  refusal: QuorateError | null;
}

/** Brings requests to the leader once a reply has named it, and to any node until then. */
export class Router {
  readonly #options: RouterOptions;
  readonly #subjects: RequestSubjects;
  readonly #attempts: OpenAttempts;
  #leader: string | null = null;

  constructor(options: RouterOptions) {
    this.#options = options;
    const { messages, watch, idleWatch, clock } = options;
    this.#subjects = new RequestSubjects(options);
    this.#attempts = new OpenAttempts({
      messages,
      watch,
      idleWatch,
      clock,
      onSilent: (node) => {
        if (this.#leader === node) this.#leader = null;
      },
    });
    options.news.listen((leader) => this.#leaderChanged(leader));
  }

  /** Takes it from somebody else who leads, if no reply has told it yet. */
  believe(leader: string): void {
    this.#leader ??= leader;
  }

  /** The body of the reply, after as many attempts as the retry rules allow. @throws {QuorateError}, or the reason that the lifetime ends with */
  async request(request: NodeRequest): Promise<Uint8Array> {
    const { clock } = this.#options;
    const deadlineMs = clock.now() + request.timeoutMs;
    const tag = request.cluster?.tag || this.#options.known.tag;
    const open: OpenRequest = { request, deadlineMs, tag, history: noAttempts, refusal: null };
    try {
      return await this.#askUntilAnswered(open);
    } catch (error) {
      if (open.refusal instanceof AnotherCluster && request.node === undefined && isToldOf(error)) {
        this.#options.known.giveUp(open.tag);
      }
      // What keeps another attempt from being made says nothing of those before.
      if (request.kind === 'sessionWrite' && open.history.mayBeDone && isOfThisAttempt(error)) {
        throw new OutcomeUnknown(`${error.message}: an earlier attempt may have been made`);
      }
      throw error;
    }
  }

  async #askUntilAnswered(open: OpenRequest): Promise<Uint8Array> {
    const { clock, link, news } = this.#options;
    const { request } = open;
    const { kind, node } = request;
    for (;;) {
      if (link.broken !== null) throw new Unavailable(link.broken);
      const leader = node === undefined && request.anyNode !== true ? this.#leader : null;
      const newsBefore = news.count;
      const first = open.history.attempts === 0 ? request.first : undefined;
      const outcome = await this.#attempt(open, node ?? first?.node ?? leader, first?.attemptMs);
      if (outcome.kind === 'ok') return outcome.body;

      const remainingMs = open.deadlineMs - clock.now();
      const target = leader !== null ? 'leader' : node !== undefined ? 'givenNode' : 'anyNode';
      const { history } = open;
      const decision = decideRetry({ kind, target, history, remainingMs }, outcome, clock.random);
      const isKept = isLeaderBusy(outcome) || (decision.kind === 'giveUp' && outcome.kind === 'refused');
      if (leader !== null && leader === this.#leader && !isKept) this.#leader = null;
      if (decision.kind === 'giveUp') throw errorOf(decision.code, outcome, open);
      open.history = decision.history;
      // Whoever found no leader need not wait for one that has come meanwhile.
      if (decision.delayMs > 0 && news.count === newsBefore) await this.#pause(decision.delayMs, request.lifetime);
    }
  }

  /** No longer than until a leader takes office. */
  async #pause(delayMs: number, lifetime: Lifetime): Promise<void> {
    const { clock, news } = this.#options;
    await waitFor<null>({ clock, lifetime, timeoutMs: delayMs }, (settle) => news.listen(() => settle(null)));
  }

  /** What is under way to the leader before fails over. Writes end as unknown; those of a session are sent again to this one. */
  #leaderChanged(leader: string): void {
    this.#leader = leader;
    this.#options.watch.leaderChanged(leader);
    this.#attempts.leaderChanged(leader);
  }

  async #attempt(open: OpenRequest, node: string | null, longestMs?: number): Promise<AttemptResult> {
    const { clock, link, news } = this.#options;
    const { request, deadlineMs } = open;
    const { lifetime, kind } = request;
    const connection =
      link.connection ?? (await link.whenConnected({ clock, lifetime, timeoutMs: deadlineMs - clock.now() }));
    // Before the publish it is certain that nothing was sent.
    if (lifetime.ended) throw lifetime.error;
    const remainingMs = deadlineMs - clock.now();
    if (connection === null || remainingMs <= 0) return { kind: 'notSent' };

    const timeoutMs = Math.min(remainingMs, longestMs ?? attemptTimeoutMs(kind, open.history, remainingMs));
    const newsBefore = news.count;
    const outcome = await this.#attempts.begin({
      kind,
      lifetime,
      subject: this.#subjects.of(node, request.endpoint),
      payload: payloadOf(open, timeoutMs),
      timeoutMs,
      node,
      isKept: node !== null && request.first?.node === node,
    });
    switch (outcome.kind) {
      case 'reply':
        if (node !== null) this.#heard(node);
        return this.#read(open, outcome.data, news.count === newsBefore);
      case 'forbidden':
        throw new NotPermitted(outcome.reason);
      case 'tooLarge':
        throw tooLarge(outcome);
      default:
        return outcome;
    }
  }

  #heard(node: string): void {
    this.#options.watch.heard(node);
    this.#options.idleWatch.heard(node);
  }

  /** `isNewest`: no leader has announced itself since it was asked, whom the node may not know yet. */
  #read(open: OpenRequest, data: Uint8Array, isNewest: boolean): AttemptResult {
    try {
      const reply = decodeReply(data);
      if (!this.#isOfCluster(open, reply)) return this.#foreign(open, new AnotherCluster());
      if (isNewest && reply.leader !== null) this.#leader = reply.leader;
      if (reply.kind === 'ok') return { kind: 'ok', body: reply.body };
      const refusal = errorFromData(reply.error);
      if (refusal instanceof AnotherCluster) return this.#foreign(open, refusal);
      open.refusal = refusal;
      if (isNewest && open.refusal.code === 'NoLeader' && reply.leader === null) this.#leader = null;
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      open.refusal = error;
    }
    return { kind: 'refused', code: open.refusal.code };
  }

  /**
   * Two requests may be under way before any is answered: the first answer says which cluster it is. An error does not: a node that is left of the cluster
   * before knows no leader, and would be the first to say so.
   */
  #isOfCluster(open: OpenRequest, { kind, cluster }: TaggedReply): boolean {
    if (kind === 'error' || cluster === null) return true;
    const isKnown = open.tag === '' ? this.#options.known.isAnswerOf(cluster) : open.tag === cluster;
    if (isKnown && open.request.cluster?.isAnswerOf(cluster) !== false) {
      open.tag = cluster;
      return true;
    }
    if (open.request.kind === 'read') return false;
    throw new AnotherCluster('another cluster than the one that answered first has that name, and did what was asked');
  }

  /** What nodes of the right cluster say is worth more. */
  #foreign(open: OpenRequest, refusal: AnotherCluster): AttemptFailure {
    open.refusal ??= refusal;
    return { kind: 'refused', code: open.refusal.code };
  }
}

/** Whether the caller hears that another cluster answers. */
const isToldOf = (error: unknown): boolean => error instanceof AnotherCluster || error instanceof OutcomeUnknown;

/** What says that a request was not sent, or not delivered, this time. */
const isOfThisAttempt = (error: unknown): error is QuorateError =>
  error instanceof Unavailable ||
  error instanceof StoreClosed ||
  error instanceof NotPermitted ||
  error instanceof InvalidRequest;

function payloadOf({ request, tag: cluster }: OpenRequest, attemptMs: number): Uint8Array {
  const { body, read } = request;
  const timeoutMs = nodeTimeoutMs(attemptMs);
  return encodeRequest(read === undefined ? { timeoutMs, body, cluster } : { timeoutMs, body, cluster, read });
}

function errorOf(code: string, failure: AttemptFailure, open: OpenRequest): QuorateError {
  const { refusal, request } = open;
  const { node, timeoutMs } = request;
  if (refusal?.code === code) return refusal;
  switch (code) {
    case 'OutcomeUnknown':
      return new OutcomeUnknown(`${whatHappened(failure, open)}: the write may have been made, or may yet be`);
    case 'Timeout':
      return new Timeout({ timeoutMs });
    case 'NoLeader':
      return new NoLeader();
    default:
      return new Unavailable(failure.kind === 'notSent' ? 'NATS cannot be reached' : nobodyThere(node));
  }
}

const nobodyThere = (node: string | undefined): string =>
  node === undefined ? 'no node answers: does one run, and is the cluster formed?' : `node ${node} does not answer`;

function whatHappened(failure: AttemptFailure, { refusal, request }: OpenRequest): string {
  switch (failure.kind) {
    case 'connectionLost':
      return 'the connection to NATS broke before the answer came';
    case 'nodeGone':
      return 'the node that had the write is gone';
    case 'superseded':
      return 'another node leads since, and the one that had the write does not answer';
    case 'refused':
      return refusal?.message ?? failure.code;
    default:
      return `no answer within ${request.timeoutMs} ms`;
  }
}

const tooLarge = ({
  sizeBytes,
  limitBytes,
}: {
  readonly sizeBytes: number;
  readonly limitBytes: number;
}): InvalidRequest =>
  new InvalidRequest({
    reason: `it takes ${sizeBytes} bytes, and the NATS server takes messages of ${limitBytes} at most (max_payload)`,
    field: null,
  });
