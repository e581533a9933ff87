import { MAX_SESSION_WRITES, type SessionPlace } from '@quorate/config-store';

/** The writes of a session, by number: which of them their callers wait for. */
export class SessionWrites {
  readonly #session: number;
  #last = 0;
  /** Nobody waits for a write at or below it. */
  #floor = 0;
  /** Those above the floor that nobody waits for any more: writes overtake one another. */
  readonly #ended = new Set<number>();

  constructor(session: number) {
    this.#session = session;
  }

  get floor(): number {
    return this.#floor;
  }

  /** How many have begun, and are not over. */
  get openCount(): number {
    return this.#last - this.#floor - this.#ended.size;
  }

  /** The place of the next write; null if the oldest that is open is so far behind that the nodes would not keep the results of all between. */
  begin(): SessionPlace | null {
    if (this.#last - this.#floor >= MAX_SESSION_WRITES) return null;
    this.#last += 1;
    return { session: this.#session, sequence: this.#last, floor: this.#floor };
  }

  /** Nobody waits for it any more. */
  end(sequence: number): void {
    this.#ended.add(sequence);
    while (this.#ended.delete(this.#floor + 1)) this.#floor += 1;
  }
}
