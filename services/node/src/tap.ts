import type { Sender } from '@quorate/actor';
import { type ActorMessage, encodeTappedMessage, TAP_MS } from '@quorate/wire';

/** So many messages are shown in a second, at most: to look on must not hold up what is looked at. */
const mostInSecond = 500;
const secondMs = 1_000;
/** More than this of one message is not shown. */
const longestText = 8 * 1024;
/** Of a longer list there is the length. */
const longestList = 16;
/** So many actors are shown at once, at most. */
const mostActors = 16;

/** What a tap works with. */
export interface TapOptions {
  /** Shows a message of an actor. */
  readonly show: (actor: string, text: string) => void;
  /** Turns the watching of all deliveries on and off. */
  readonly watch: (watcher: ((actor: string, message: ActorMessage, sender: Sender) => void) | null) => void;
  readonly now: () => number;
  readonly wallNow: () => number;
}

/** Shows the messages of actors to whoever looks on, for as long as it does. When nobody does nothing is watched. */
export class Tap {
  readonly #options: TapOptions;
  /** Until when each actor is shown. */
  readonly #untilMs = new Map<string, number>();
  #shown = 0;
  #skipped = 0;
  #secondBeganMs = Number.NEGATIVE_INFINITY;

  constructor(options: TapOptions) {
    this.#options = options;
  }

  /** Shows that actor's messages, for a while. False if so many are shown already. */
  open(actor: string): boolean {
    this.#closeExpired();
    if (!this.#untilMs.has(actor) && this.#untilMs.size >= mostActors) return false;
    if (this.#untilMs.size === 0) this.#options.watch((to, message, sender) => this.#delivered(to, message, sender));
    this.#untilMs.set(actor, this.#options.now() + TAP_MS);
    return true;
  }

  #delivered(actor: string, message: ActorMessage, sender: Sender): void {
    const untilMs = this.#untilMs.get(actor);
    if (untilMs === undefined) return this.#closeExpired();
    if (this.#options.now() >= untilMs) return this.#closeExpired();
    if (!this.#mayShow()) return;
    const { kind, ...fields } = message;
    const shown = { atMs: this.#options.wallNow(), from: sender.node, kind, skipped: this.#skipped };
    const whole = encodeTappedMessage({ ...shown, fields: withoutBytes(fields) });
    const text = whole.length <= longestText ? whole : encodeTappedMessage({ ...shown, fields: null });
    this.#skipped = 0;
    this.#options.show(actor, text);
  }

  #mayShow(): boolean {
    const nowMs = this.#options.now();
    if (nowMs - this.#secondBeganMs >= secondMs) {
      this.#secondBeganMs = nowMs;
      this.#shown = 0;
    }
    this.#shown += 1;
    if (this.#shown <= mostInSecond) return true;
    this.#skipped += 1;
    return false;
  }

  #closeExpired(): void {
    const nowMs = this.#options.now();
    for (const [actor, untilMs] of this.#untilMs) if (nowMs >= untilMs) this.#untilMs.delete(actor);
    if (this.#untilMs.size === 0) this.#options.watch(null);
  }
}

/** Keys and values stand in the bytes of commands and results: nobody is shown them. */
function withoutBytes(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shownValue(field)]));
}

function shownValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  // What nobody will read need not be copied, while the actor waits.
  if (Array.isArray(value)) return value.length <= longestList ? value.map(shownValue) : `${value.length} of them`;
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'object' && value !== null ? withoutBytes(value) : value;
}
