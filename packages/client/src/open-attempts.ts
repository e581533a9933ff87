import type { RequestKind } from '@quorate/raft';
import type { Clock } from './clock.ts';
import { Deadlines, type Expiring } from './deadlines.ts';
import { OutcomeUnknown, StoreClosed } from './errors.ts';
import type { EndListener, Lifetime } from './lifetime.ts';
import type { NodeWatch, NodeWatcher } from './node-watch.ts';
import type { BusOutcome } from './reply-inbox.ts';
import type { Question, SharedMessages } from './shared-messages.ts';

/** What came of an attempt: the node that was asked may be one that will not answer. */
export type AttemptOutcome = BusOutcome | { readonly kind: 'nodeGone' | 'superseded' };

/** An attempt to have a request answered. */
export interface AttemptOptions {
  readonly kind: RequestKind;
  readonly lifetime: Lifetime;
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly timeoutMs: number;
  /** The node that is asked; null if any may take it. */
  readonly node: string | null;
  /** Whether the node may keep it for long. */
  readonly isKept: boolean;
}

/** What attempts stand on. */
export interface OpenAttemptsOptions {
  readonly messages: SharedMessages;
  readonly watch: NodeWatch;
  /** For requests that a node keeps until there is something to answer. */
  readonly idleWatch: NodeWatch;
  readonly clock: Clock;
  /** A node does not say that it is there. */
  readonly onSilent: (node: string) => void;
}

/** The attempts that are under way. Each is one object, which is told of whatever may end it: they come by the ten thousand in a second. */
export class OpenAttempts {
  readonly #clock: Clock;
  readonly #usual: Places;
  readonly #kept: Places;
  readonly #sessionWrites = new Set<Attempt>();

  constructor({ messages, watch, idleWatch, clock, onSilent }: OpenAttemptsOptions) {
    this.#clock = clock;
    const sessionWrites = this.#sessionWrites;
    this.#usual = { messages, watch, deadlines: new Deadlines(clock), sessionWrites, onSilent };
    this.#kept = { ...this.#usual, watch: idleWatch };
  }

  /** Publishes, and waits for what comes of it. @throws {OutcomeUnknown} of a write, when the store is closed; else the lifetime's error when that ends */
  begin(asked: AttemptOptions): Promise<AttemptOutcome> {
    return new Promise((resolve, reject) => {
      const places = asked.isKept ? this.#kept : this.#usual;
      new Attempt(asked, places, this.#clock.now() + asked.timeoutMs, resolve, reject).begin();
    });
  }

  /** Whoever may ask again need not find out whether the node that has the write is still there, or whom it takes for the leader. */
  leaderChanged(leader: string): void {
    for (const attempt of [...this.#sessionWrites]) if (attempt.node !== leader) attempt.superseded();
  }
}

/** Where an attempt is listed while it is open. */
interface Places {
  readonly messages: SharedMessages;
  readonly watch: NodeWatch;
  readonly deadlines: Deadlines;
  readonly sessionWrites: Set<Attempt>;
  readonly onSilent: (node: string) => void;
}

class Attempt implements NodeWatcher, EndListener, Expiring {
  readonly node: string | null;
  readonly dueAtMs: number;
  readonly #asked: AttemptOptions;
  readonly #places: Places;
  readonly #resolve: (outcome: AttemptOutcome) => void;
  readonly #reject: (error: unknown) => void;
  #question: Question | null = null;
  #isOpen = true;

  constructor(
    asked: AttemptOptions,
    places: Places,
    dueAtMs: number,
    resolve: (outcome: AttemptOutcome) => void,
    reject: (error: unknown) => void,
  ) {
    this.node = asked.node;
    this.dueAtMs = dueAtMs;
    this.#asked = asked;
    this.#places = places;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(): void {
    const { kind, lifetime, subject, payload } = this.#asked;
    const { messages, watch, deadlines, sessionWrites } = this.#places;
    lifetime.join(this);
    if (!this.#isOpen) return;
    this.#question = messages.ask(subject, payload, this);
    if (this.node !== null) watch.watch(this.node, this);
    if (kind === 'sessionWrite') sessionWrites.add(this);
    deadlines.add(this);
  }

  answered(outcome: BusOutcome): void {
    this.#settle(outcome);
  }

  expired(): void {
    this.#settle({ kind: 'timedOut' });
  }

  gone(): void {
    this.#settle({ kind: 'nodeGone' });
  }

  superseded(): void {
    this.#settle({ kind: 'superseded' });
  }

  silent(): void {
    const { isKept } = this.#asked;
    // Other requests need not wait for it.
    if (this.node !== null) this.#places.onSilent(this.node);
    // It may keep the request for long, and another can be asked at no risk.
    if (isKept) this.gone();
  }

  lifetimeEnded(): void {
    const { kind, lifetime } = this.#asked;
    if (!this.#end()) return;
    const isUnknown = kind !== 'read' && lifetime.error instanceof StoreClosed;
    const unknown = 'the store was closed before the write was answered: it may have been made';
    this.#reject(isUnknown ? new OutcomeUnknown(unknown) : lifetime.error);
  }

  #settle(outcome: AttemptOutcome): void {
    if (this.#end()) this.#resolve(outcome);
  }

  /** Whether it was open until now; it is listed nowhere any more. */
  #end(): boolean {
    if (!this.#isOpen) return false;
    this.#isOpen = false;
    const { messages, watch, deadlines, sessionWrites } = this.#places;
    this.#asked.lifetime.leave(this);
    if (this.#question !== null) messages.close(this.#question);
    if (this.node !== null) watch.unwatch(this.node, this);
    sessionWrites.delete(this);
    deadlines.remove(this);
    return true;
  }
}
