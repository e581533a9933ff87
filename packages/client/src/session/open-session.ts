import type { SessionCommand, SessionPlace } from '@quorate/config-store';
import type { Clock } from '../clock.ts';
import { SessionExpired } from '../errors.ts';
import type { Lifetime } from '../lifetime.ts';
import { sleep } from '../wait.ts';
import { SessionWrites } from './session-writes.ts';

/** A session expires when the group has not heard of it for so long, by log time. */
export const sessionTtlMs = 60_000;
/** So often it is kept alive: three signs of life may be lost. */
const keepAliveMs = sessionTtlMs / 4;
/** One that has not had a write for so long is given up: a store that only reads costs the group nothing. */
const idleMs = 5 * 60_000;

/** What an open session stands on. */
export interface OpenSessionOptions {
  readonly clock: Clock;
  readonly lifetime: Lifetime;
  /** Has something done with the session, and rejects with what went wrong. */
  readonly send: (command: SessionCommand) => Promise<unknown>;
  /** It takes no more writes. */
  readonly onRetired: (session: OpenSession) => void;
  /** It is over. */
  readonly onEnd: (session: OpenSession) => void;
}

/** A session that is open, as far as its client knows: it is kept alive while there are writes, and closed when it is not used any more. */
export class OpenSession {
  readonly id: number;
  readonly #options: OpenSessionOptions;
  readonly #writes: SessionWrites;
  /** Its own, so that it is not kept alive after its end. */
  readonly #lifetime: Lifetime;
  #lastWriteMs: number;
  #isTaking = true;

  constructor(id: number, options: OpenSessionOptions) {
    this.id = id;
    this.#options = options;
    this.#writes = new SessionWrites(id);
    this.#lifetime = options.lifetime.child();
    this.#lastWriteMs = options.clock.now();
    this.#keepAlive().catch(() => {});
  }

  /** The place of the next write; null if it has none now. */
  begin(): SessionPlace | null {
    if (!this.#isTaking) return null;
    this.#lastWriteMs = this.#options.clock.now();
    return this.#writes.begin();
  }

  /** Nobody waits for a write any more. */
  end({ sequence }: SessionPlace): void {
    this.#writes.end(sequence);
    this.#closeIfOver();
  }

  /** It takes no more writes, and is closed when those are over that it has. */
  retire(): void {
    this.#stopTaking();
    this.#closeIfOver();
  }

  /** The group has it no more. */
  expired(): void {
    this.#stopTaking();
    this.#end();
  }

  #stopTaking(): void {
    if (!this.#isTaking) return;
    this.#isTaking = false;
    this.#options.onRetired(this);
  }

  #end(): void {
    this.#lifetime.end(new SessionExpired({ session: String(this.id) }));
    this.#options.onEnd(this);
  }

  #closeIfOver(): void {
    if (this.#isTaking || this.#writes.openCount > 0 || this.#lifetime.ended) return;
    this.#end();
    // If that is lost it expires by itself.
    this.#options.send({ kind: 'closeSession', session: this.id }).catch(() => {});
  }

  async #keepAlive(): Promise<void> {
    const { clock, send } = this.#options;
    for (;;) {
      await sleep(keepAliveMs, clock, this.#lifetime);
      if (clock.now() - this.#lastWriteMs >= idleMs) this.retire();
      if (this.#lifetime.ended) return;
      await send({ kind: 'keepSession', session: this.id, floor: this.#writes.floor }).catch((error: unknown) => {
        if (error instanceof SessionExpired) this.expired();
      });
    }
  }
}
