import type { Connection } from './connection.ts';
import { type InboundMessage, replyOf, subjectOf } from './inbound-message.ts';
import { isLiteralSubject } from './subject.ts';
import { type Listeners, SubjectTrie } from './subject-trie.ts';
import type { Subscription } from './subscription.ts';

// Inboxes make for subjects that are used once: the cache is emptied when it has this many.
const MAX_CACHED_SUBJECTS = 8_192;

/** Takes messages from publishers to subscribers. */
export class Router {
  readonly #trie = new SubjectTrie<Subscription>();
  readonly #cache = new Map<string, Listeners<Subscription>>();

  /** Adds a subscription whose subject is valid. */
  add(subscription: Subscription): void {
    this.#trie.add(subscription);
    this.#forget(subscription.subject);
  }

  remove(subscription: Subscription): void {
    this.#trie.remove(subscription);
    this.#forget(subscription.subject);
  }

  /** Delivers a message to all who listen; a request that nobody hears is answered with the status 503. */
  publish(from: Connection, message: InboundMessage): void {
    const { everyone, groups } = this.#listeners(subjectOf(message));
    let delivered = false;
    for (const subscription of everyone) {
      if (this.#deliver(from, subscription, message)) delivered = true;
    }
    for (const members of groups) {
      if (this.#deliverToOne(from, members, message)) delivered = true;
    }
    if (delivered || message.replyStart === message.replyEnd || !from.wantsNoResponders) return;
    this.#answerNoResponders(from, replyOf(message));
  }

  /**
   * The one place that every message passes on its way from a publisher's connection to a subscriber's.
   * Returns whether the subscriber was reached.
   */
  #deliver(from: Connection, subscription: Subscription, message: InboundMessage): boolean {
    const to = subscription.connection;
    if (to === from && !from.wantsEcho) return false;
    if (!to.send(subscription, message)) return false;
    if (to.isLagging) from.waitFor(to);
    return true;
  }

  #deliverToOne(from: Connection, members: readonly Subscription[], message: InboundMessage): boolean {
    const first = members.length === 1 ? 0 : Math.floor(Math.random() * members.length);
    for (let tried = 0; tried < members.length; tried++) {
      const member = members[(first + tried) % members.length];
      if (member !== undefined && this.#deliver(from, member, message)) return true;
    }
    return false;
  }

  #answerNoResponders(to: Connection, reply: string): void {
    const listening = this.#listeners(reply).everyone.find((subscription) => subscription.connection === to);
    if (listening !== undefined) to.sendNoResponders(listening, reply);
  }

  #listeners(subject: string): Listeners<Subscription> {
    const cached = this.#cache.get(subject);
    if (cached !== undefined) return cached;
    const listeners = this.#trie.match(subject);
    if (this.#cache.size >= MAX_CACHED_SUBJECTS) this.#cache.clear();
    this.#cache.set(subject, listeners);
    return listeners;
  }

  #forget(subject: string): void {
    if (isLiteralSubject(subject)) this.#cache.delete(subject);
    else this.#cache.clear();
  }
}
