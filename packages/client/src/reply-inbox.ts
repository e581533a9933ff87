import { INDEX_HEADER } from '@quorate/wire';
import { createInbox, headers, type Msg, type NatsConnection, type PublishOptions, type Subscription } from 'nats';
import type { Link } from './link.ts';
import { type WaitLimits, waitFor } from './wait.ts';

/** What became of a request on the bus. */
export type BusOutcome =
  /** `index`: where in the log a write stands that was traced. */
  | { readonly kind: 'reply'; readonly data: Uint8Array; readonly index?: string }
  | { readonly kind: 'noResponders' }
  | { readonly kind: 'timedOut' }
  /** No connection stood: nothing was published. */
  | { readonly kind: 'notSent' }
  | { readonly kind: 'connectionLost' }
  /** NATS does not let this client publish there, or have replies: nothing was delivered. */
  | { readonly kind: 'forbidden'; readonly reason: string }
  | { readonly kind: 'tooLarge'; readonly sizeBytes: number; readonly limitBytes: number };

interface Question {
  readonly subject: string;
  readonly isTraced: boolean;
  readonly answer: (outcome: BusOutcome) => void;
}

/** Where the replies to all requests of a store arrive: one subscription for each connection. */
export class ReplyInbox {
  readonly #link: Link;
  readonly #prefix: string | undefined;
  readonly #questions = new Map<string, Question>();
  readonly #stop: () => void;
  #inbox = '';
  #subscription: Subscription | null = null;
  #forbidden: string | null = null;
  #lastToken = 0;

  /** `prefix` stands before the subjects of inboxes, for those whom NATS allows no other. */
  constructor(link: Link, prefix: string | undefined) {
    this.#link = link;
    this.#prefix = prefix;
    this.#stop = link.listen({
      connected: (connection) => this.#connected(connection),
      disconnected: () => this.#disconnected(),
    });
  }

  /** Publishes a request, in the trace of `traceparent` if it is given, if a connection stands, and waits for one reply. */
  async ask(
    subject: string,
    payload: Uint8Array,
    limits: WaitLimits,
    traceparent: string | null = null,
  ): Promise<BusOutcome> {
    const outcome = await waitFor<BusOutcome>(limits, (settle) => this.askAll(subject, payload, settle, traceparent));
    return outcome ?? { kind: 'timedOut' };
  }

  /** Publishes a request that many may answer. `onOutcome` must not throw. It returns how to stop listening. */
  askAll(
    subject: string,
    payload: Uint8Array,
    onOutcome: (outcome: BusOutcome) => void,
    traceparent: string | null = null,
  ): () => void {
    this.#lastToken += 1;
    const token = this.#lastToken.toString(36);
    this.#questions.set(token, { subject, isTraced: traceparent !== null, answer: onOutcome });
    const stop = (): void => {
      this.#questions.delete(token);
    };
    const failure = this.#publish(subject, payload, token, traceparent);
    if (failure === null) return stop;
    stop();
    onOutcome(failure);
    return stop;
  }

  /** Listens no more. Questions that are open stay so: whoever asked has other reasons to end by now. */
  close(): void {
    this.#stop();
    this.#subscription?.unsubscribe();
    this.#subscription = null;
    this.#inbox = '';
    this.#questions.clear();
  }

  #publish(subject: string, payload: Uint8Array, token: string, traceparent: string | null): BusOutcome | null {
    const connection = this.#link.connection;
    if (connection === null || this.#subscription === null) return { kind: 'notSent' };
    if (this.#forbidden !== null) return { kind: 'forbidden', reason: this.#forbidden };
    const limitBytes = connection.info?.max_payload ?? Infinity;
    if (payload.length > limitBytes) return { kind: 'tooLarge', sizeBytes: payload.length, limitBytes };
    try {
      const reply = `${this.#inbox}.${token}`;
      connection.publish(subject, payload, { reply, ...carrying(traceparent) });
      return null;
    } catch {
      return { kind: 'notSent' };
    }
  }

  #connected(connection: NatsConnection): void {
    this.#forbidden = null;
    this.#inbox = createInbox(this.#prefix);
    try {
      this.#subscription = connection.subscribe(`${this.#inbox}.*`, {
        callback: (error, message) => {
          if (error === null) this.#replied(message);
        },
      });
    } catch {
      // It broke in this very moment, which is told next.
      return;
    }
    void this.#followRefusals(connection, this.#inbox);
  }

  #disconnected(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = null;
    this.#settleAll({ kind: 'connectionLost' });
  }

  #replied(message: Msg): void {
    const question = this.#questions.get(message.subject.slice(this.#inbox.length + 1));
    if (question === undefined) return;
    const isEmpty = message.data.length === 0;
    if (isEmpty && message.headers?.code === 503) question.answer({ kind: 'noResponders' });
    // A copy, which Buffer's slice would not be: what nats.js hands out is a view of what the socket read.
    else question.answer({ kind: 'reply', data: new Uint8Array(message.data), ...indexOf(question, message) });
  }

  /** NATS tells of a request that it does not let pass in a message of its own, to nobody's inbox. */
  async #followRefusals(connection: NatsConnection, inbox: string): Promise<void> {
    for await (const { permissionContext } of connection.status()) {
      if (this.#inbox !== inbox) return;
      if (permissionContext === undefined) continue;
      const { operation, subject } = permissionContext;
      if (operation === 'publish') this.#refused(subject);
      else if (subject === `${inbox}.*`) this.#repliesRefused(subject);
    }
  }

  /** The newest question on that subject is the one: permissions do not come back while a connection stands. */
  #refused(subject: string): void {
    const newest = [...this.#questions.values()].findLast((question) => question.subject === subject);
    newest?.answer({ kind: 'forbidden', reason: `NATS does not allow publishing to ${subject}` });
  }

  #repliesRefused(subject: string): void {
    this.#forbidden = `NATS does not allow subscribing to ${subject}, where replies arrive`;
    this.#settleAll({ kind: 'connectionLost' });
  }

  #settleAll(outcome: BusOutcome): void {
    for (const question of [...this.#questions.values()]) question.answer(outcome);
  }
}

const carrying = (traceparent: string | null): PublishOptions => {
  if (traceparent === null) return {};
  const carried = headers();
  carried.set('traceparent', traceparent);
  return { headers: carried };
};

/** nats.js reads headers when they are asked for: nobody else pays for it. */
function indexOf({ isTraced }: Question, message: Msg): { readonly index?: string } {
  const index = isTraced ? message.headers?.get(INDEX_HEADER) : undefined;
  return index === undefined || index === '' ? {} : { index };
}
