import type { Context } from '@quorate/actor';
import type { StreamPublisher } from '../ports.ts';
import type { AppliedEntry } from '../storage/state-machine.ts';
import type { ApplierMessage } from './messages.ts';

/** So many entries are told of at a time, at least, while a predecessor's are made good. */
const leastInSlice = 64;
/** Of what waits, this part at least: so it comes to an end, however much is applied meanwhile. */
const partInSlice = 1 / 16;
const pauseMs = 1;

/**
 * What the streams of the group are told of what a leader applies. Whoever takes office first tells again what its predecessor, which may have died between applying and telling,
 * may not have told: thousands of entries perhaps, slice by slice, because all at once they would keep the first writes of the new
 * leader waiting for longer than the election took. What is applied meanwhile waits behind them: the streams are in order.
 */
export class Publications {
  readonly #context: Context<ApplierMessage>;
  readonly #streams: StreamPublisher;
  #waiting: readonly AppliedEntry[] = [];

  constructor(context: Context<ApplierMessage>, streams: StreamPublisher) {
    this.#context = context;
    this.#streams = streams;
  }

  /** This node leads, from now on: what it remembers is told again. */
  tookOffice(remembered: readonly AppliedEntry[]): void {
    this.#waiting = [...remembered];
    this.#goOnLater();
  }

  /** It leads no more: the next leader tells what is left. */
  lostOffice(): void {
    this.#waiting = [];
    this.#context.stopTimer('publish');
  }

  /** The leader has applied some more. */
  applied(applied: readonly AppliedEntry[]): void {
    if (this.#waiting.length > 0) this.#waiting = [...this.#waiting, ...applied];
    else this.#streams.publish(applied);
  }

  /** Tells the next slice of what waits. */
  goOn(): void {
    const count = Math.max(leastInSlice, Math.ceil(this.#waiting.length * partInSlice));
    const slice = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    if (slice.length > 0) this.#streams.publish(slice);
    this.#goOnLater();
  }

  #goOnLater(): void {
    if (this.#waiting.length > 0) this.#context.startTimer('publish', pauseMs, { kind: 'publishMore' });
  }
}
