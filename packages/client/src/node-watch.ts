import { encodeRequest, nodeApiSubject } from '@quorate/wire';
import type { Clock } from './clock.ts';
import type { Lifetime } from './lifetime.ts';
import type { BusOutcome, ReplyInbox } from './reply-inbox.ts';
import { sleep } from './wait.ts';

/** What is told of a node while a request to it is open. None may throw. */
export interface NodeWatcher {
  /** It is not on the bus any more, and will not answer what it was asked before. */
  gone(): void;
  /** It does not answer in half a second who it is. It may yet. */
  silent(): void;
  /** Another leads since, and it does not say who it is either: what it was asked it may have done, or may yet do. */
  superseded(): void;
}

/** A node with open requests that says nothing for so long is asked who it is; again after twice as long, and so on. */
const firstSilenceMs = 25;
const longestSilenceMs = 500;
/** It has so long to say it. */
const answerMs = 500;

/** A node that has not said for so long who it is will hardly answer what it was asked, once another leads. */
const supersededAfterMs = 100;

/** A node, and what is known of it while requests to it are open. */
interface WatchedNode {
  /** With the time from which each waits, oldest first. */
  readonly watchers: Map<NodeWatcher, number>;
  heardAtMs: number;
  /** When it was asked who it is, if it has not answered. */
  askedAtMs: number | null;
}

/** What came of it, and who waited for the node's answers when it was asked. */
interface Asked {
  readonly asked: readonly NodeWatcher[];
  readonly outcome: BusOutcome;
}

/** Looks whether nodes that keep requests for long are still there, so that nobody waits until the deadline for a dead one. */
export class NodeWatch {
  readonly #subjectOf: (node: string) => string;
  readonly #inbox: Pick<ReplyInbox, 'ask'>;
  readonly #clock: Clock;
  readonly #lifetime: Lifetime;
  readonly #longestSilenceMs: number;
  readonly #nodes = new Map<string, WatchedNode>();

  constructor(
    group: { readonly cluster: string; readonly group: string },
    inbox: Pick<ReplyInbox, 'ask'>,
    limits: { readonly clock: Clock; readonly lifetime: Lifetime; readonly longestSilenceMs?: number },
  ) {
    this.#subjectOf = (node) => nodeApiSubject(group.cluster, group.group, node, 'hello');
    this.#inbox = inbox;
    this.#clock = limits.clock;
    this.#lifetime = limits.lifetime;
    this.#longestSilenceMs = limits.longestSilenceMs ?? longestSilenceMs;
  }

  /** Tells `watcher` of `node` until it is taken away. */
  watch(node: string, watcher: NodeWatcher): void {
    const { watchers } = this.#nodes.get(node) ?? this.#begin(node);
    watchers.set(watcher, this.#clock.now());
  }

  /** Tells `watcher` nothing of `node` any more. */
  unwatch(node: string, watcher: NodeWatcher): void {
    this.#nodes.get(node)?.watchers.delete(watcher);
  }

  /** A node has answered something. */
  heard(node: string): void {
    const watched = this.#nodes.get(node);
    if (watched !== undefined) watched.heardAtMs = this.#clock.now();
  }

  /** Another node leads now: whoever led before is either there, and answers what it has by itself, or is not waited for. */
  leaderChanged(leader: string): void {
    for (const [node, watched] of this.#nodes) {
      if (node === leader || watched.watchers.size === 0) continue;
      const { askedAtMs } = watched;
      if (askedAtMs !== null && this.#clock.now() - askedAtMs >= supersededAfterMs) supersede(watched);
      // It rejects when the store is closed: then all watchers have ended too.
      else this.#askOnce(node, watched).catch(() => {});
    }
  }

  #begin(node: string): WatchedNode {
    const watched: WatchedNode = { watchers: new Map(), heardAtMs: Number.NEGATIVE_INFINITY, askedAtMs: null };
    this.#nodes.set(node, watched);
    this.#follow(node, watched).catch(() => {});
    return watched;
  }

  async #follow(node: string, watched: WatchedNode): Promise<void> {
    let silenceMs = firstSilenceMs;
    for (;;) {
      await sleep(silenceMs, this.#clock, this.#lifetime);
      if (watched.watchers.size === 0) break;
      if (this.#silentMs(watched) < silenceMs) silenceMs = firstSilenceMs;
      else {
        await this.#askWhoItIs(node, watched);
        silenceMs = Math.min(this.#longestSilenceMs, 2 * silenceMs);
      }
    }
    this.#nodes.delete(node);
  }

  /** How long the oldest open request waits, and nothing was heard of the node. */
  #silentMs({ watchers, heardAtMs }: WatchedNode): number {
    const [oldestAtMs = Number.POSITIVE_INFINITY] = watchers.values();
    return this.#clock.now() - Math.max(oldestAtMs, heardAtMs);
  }

  async #askWhoItIs(node: string, watched: WatchedNode): Promise<void> {
    watched.askedAtMs = this.#clock.now();
    const { asked, outcome } = await this.#ask(node, watched, answerMs);
    if (outcome.kind === 'reply') watched.askedAtMs = null;
    if (outcome.kind === 'noResponders') for (const watcher of asked) watcher.gone();
    if (outcome.kind === 'timedOut') for (const watcher of asked) watcher.silent();
  }

  async #askOnce(node: string, watched: WatchedNode): Promise<void> {
    const { asked, outcome } = await this.#ask(node, watched, supersededAfterMs);
    if (outcome.kind === 'noResponders') for (const watcher of asked) watcher.gone();
    if (outcome.kind === 'timedOut') supersede(watched);
  }

  /**
   * Asks a node who it is, behind all requests that are ready for it in this turn: if nobody is there, those before are lost, and
   * those that come later are told so themselves.
   */
  async #ask(node: string, { watchers }: WatchedNode, timeoutMs: number): Promise<Asked> {
    const payload = encodeRequest({ timeoutMs, body: new Uint8Array() });
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const asked = [...watchers.keys()];
    const patience = { clock: this.#clock, lifetime: this.#lifetime, timeoutMs };
    return { asked, outcome: await this.#inbox.ask(this.#subjectOf(node), payload, patience) };
  }
}

function supersede({ watchers }: WatchedNode): void {
  for (const watcher of [...watchers.keys()]) watcher.superseded();
}
