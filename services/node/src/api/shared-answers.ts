import { encodeSharedReplies, SHARED_FRAME_BYTES, type SharedReply } from '@quorate/wire';

/** Replies to the requests that shared a message: those that are there at the end of a turn go back together. */
export class SharedAnswers {
  readonly #respond: (payload: Uint8Array) => void;
  readonly #maxPayloadBytes: number;
  #ready: SharedReply[] = [];
  #readyBytes = 0;

  /** `respond` answers the message, as often as it takes, and must not throw. NATS takes messages of at most `maxPayloadBytes`. */
  constructor(respond: (payload: Uint8Array) => void, maxPayloadBytes: number) {
    this.#respond = respond;
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  /** Takes the reply to one of the requests. */
  add(answer: SharedReply): void {
    const bytes = answer.reply.length + SHARED_FRAME_BYTES;
    if (this.#readyBytes + bytes + SHARED_FRAME_BYTES > this.#maxPayloadBytes) this.#send();
    // All that one turn of the actors answers is resolved before the next tick.
    if (this.#ready.length === 0) process.nextTick(() => this.#send());
    this.#ready.push(answer);
    this.#readyBytes += bytes;
  }

  #send(): void {
    if (this.#ready.length === 0) return;
    this.#respond(encodeSharedReplies(this.#ready));
    this.#ready = [];
    this.#readyBytes = 0;
  }
}
