import type { Connection } from './connection.ts';
import type { DeliveryFaults } from './delivery-faults.ts';
import { copyOf, type InboundMessage, replyOf, subjectOf } from './inbound-message.ts';
import { isLiteralSubject } from './subject.ts';
import { type Listeners, SubjectTrie } from './subject-trie.ts';
import type { Subscription } from './subscription.ts';

// Inboxes make for subjects that are used once: the cache is emptied when it has this many.
const MAX_CACHED_SUBJECTS = 8_192;

/** Takes messages from publishers to subscribers. */
export class Router {
  readonly #trie = new SubjectTrie<Subscription>();
  readonly #cache = new Map<string, Listeners<Subscription>>();
  readonly #faults: DeliveryFaults | null;

  /** Every message arrives at once unless `faults` says otherwise. */
  constructor(faults: DeliveryFaults | null = null) {
    this.#faults = faults;
  }

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
    if (this.#faults !== null) return this.#deliverBadly(this.#faults, from, subscription, message);
    return this.#send(from, subscription, message);
  }

  #send(from: Connection, subscription: Subscription, message: InboundMessage): boolean {
    const to = subscription.connection;
    if (!to.send(subscription, message)) return false;
    if (to.isLagging) from.waitFor(to);
    return true;
  }

  #deliverBadly(
    faults: DeliveryFaults,
    from: Connection,
    subscription: Subscription,
    message: InboundMessage,
  ): boolean {
    const to = subscription.connection;
    if (to.isClosed) return false;
    let copy: InboundMessage | null = null;
    for (const delayMs of faults.delaysMs(from.name, to.name, subjectOf(message))) {
      if (delayMs <= 0) {
        this.#send(from, subscription, message);
        continue;
      }
      copy ??= copyOf(message);
      this.#deliverLater(delayMs, subscription, copy);
    }
    return true;
  }

  /** Whoever has the subscriber's name and listens as it did gets the message: a client may have come back on a new connection. */
  #deliverLater(delayMs: number, subscription: Subscription, message: InboundMessage): void {
    const { connection, subject, queue } = subscription;
    const { name } = connection;
    const isSuccessor = (one: Subscription): boolean =>
      one.connection.name === name && one.subject === subject && one.queue === queue;
    setTimeout(() => {
      const { everyone, groups } = this.#listeners(subjectOf(message));
      const listening = [...everyone, ...groups.flat()];
      const to = listening.includes(subscription) ? subscription : listening.find(isSuccessor);
      to?.connection.send(to, message);
    }, delayMs).unref();
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
