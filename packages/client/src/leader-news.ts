import { decodeLeaderAnnouncement, leaderSubject } from '@quorate/wire';
import type { NatsConnection } from 'nats';
import type { KnownCluster } from './known-cluster.ts';
import type { Link } from './link.ts';

/** Is told of a leader that has taken office. It must not throw. */
export type LeaderListener = (leader: string) => void;

/**
 * Hears leaders announce themselves when they take office. Announcements may be lost: whoever misses one finds out by asking, as ever.
 */
export class LeaderNews {
  readonly #subject: string;
  readonly #listeners = new Set<LeaderListener>();
  readonly #stop: () => void;
  readonly #known: KnownCluster;
  /** The newest term that a leader was heard of on this connection: what is late says nothing. */
  #term = 0;
  #count = 0;

  constructor(
    link: Link,
    { cluster, group }: { readonly cluster: string; readonly group: string },
    known: KnownCluster,
  ) {
    this.#known = known;
    this.#subject = leaderSubject(cluster, group);
    this.#stop = link.listen({ connected: (connection) => this.#subscribe(connection) });
  }

  /** How many leaders have announced themselves so far. */
  get count(): number {
    return this.#count;
  }

  /** Tells `listener` of each new leader, until what this returns is called. */
  listen(listener: LeaderListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Listens no more. */
  close(): void {
    this.#stop();
    this.#listeners.clear();
  }

  #subscribe(connection: NatsConnection): void {
    this.#term = 0;
    try {
      connection.subscribe(this.#subject, {
        callback: (error, message) => {
          if (error === null) this.#heard(message.data);
        },
      });
    } catch {
      // It broke in this very moment, which is told next.
    }
  }

  #heard(data: Uint8Array): void {
    const announcement = decodeLeaderAnnouncement(data);
    if (announcement === null || !this.#known.mayBe(announcement.cluster)) return;
    if (announcement.term <= this.#term) return;
    this.#term = announcement.term;
    this.#count += 1;
    for (const listener of [...this.#listeners]) listener(announcement.leader);
  }
}
