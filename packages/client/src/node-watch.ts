import { encodeRequest, nodeApiSubject } from '@quorate/wire';
import type { Clock } from './clock.ts';
import type { Lifetime } from './lifetime.ts';
import type { ReplyInbox } from './reply-inbox.ts';
import { sleep } from './wait.ts';

/** What is told of a node while a request to it is open. Neither may throw. */
export interface NodeWatcher {
  /** It is not on the bus any more, and will not answer what it was asked before. */
  gone(): void;
  /** It does not answer in half a second who it is. It may yet. */
  silent(): void;
}

const intervalMs = 500;

/** Looks whether nodes that keep a request for long are still there, so that nobody waits until the deadline for a dead one. */
export class NodeWatch {
  readonly #subjectOf: (node: string) => string;
  readonly #inbox: ReplyInbox;
  readonly #clock: Clock;
  readonly #lifetime: Lifetime;
  readonly #watchers = new Map<string, Map<NodeWatcher, number>>();

  constructor(
    group: { readonly cluster: string; readonly group: string },
    inbox: ReplyInbox,
    { clock, lifetime }: { readonly clock: Clock; readonly lifetime: Lifetime },
  ) {
    this.#subjectOf = (node) => nodeApiSubject(group.cluster, group.group, node, 'hello');
    this.#inbox = inbox;
    this.#clock = clock;
    this.#lifetime = lifetime;
  }

  /** Tells `watcher` of `node` until what this returns is called. */
  watch(node: string, watcher: NodeWatcher): () => void {
    const watchers = this.#watchers.get(node) ?? this.#begin(node);
    watchers.set(watcher, this.#clock.now());
    return () => watchers.delete(watcher);
  }

  #begin(node: string): Map<NodeWatcher, number> {
    const watchers = new Map<NodeWatcher, number>();
    this.#watchers.set(node, watchers);
    // It rejects when the store is closed: then all watchers have ended too.
    this.#follow(node, watchers).catch(() => {});
    return watchers;
  }

  async #follow(node: string, watchers: Map<NodeWatcher, number>): Promise<void> {
    for (;;) {
      await sleep(intervalMs, this.#clock, this.#lifetime);
      if (watchers.size === 0) break;
      const overdue = this.#overdue(watchers);
      if (overdue.length > 0) await this.#ask(node, overdue);
    }
    this.#watchers.delete(node);
  }

  #overdue(watchers: Map<NodeWatcher, number>): readonly NodeWatcher[] {
    const before = this.#clock.now() - intervalMs;
    return [...watchers].filter(([, sinceMs]) => sinceMs <= before).map(([watcher]) => watcher);
  }

  async #ask(node: string, watchers: readonly NodeWatcher[]): Promise<void> {
    const payload = encodeRequest({ timeoutMs: intervalMs, body: new Uint8Array() });
    const limits = { clock: this.#clock, lifetime: this.#lifetime, timeoutMs: intervalMs };
    const outcome = await this.#inbox.ask(this.#subjectOf(node), payload, limits);
    if (outcome.kind === 'noResponders') for (const watcher of watchers) watcher.gone();
    if (outcome.kind === 'timedOut') for (const watcher of watchers) watcher.silent();
  }
}
