import type { Logger } from '@quorate/raft';
import type { DropReason } from '@quorate/wire';

const quietMs = 10_000;

/** Counts what is dropped, by reason, and logs each reason once in ten seconds: a broken peer must not fill a disk. */
export class DropCounter {
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #counts = new Map<DropReason, number>();
  readonly #loggedAtMs = new Map<DropReason, number>();

  constructor(logger: Logger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  /** Counts one message that came, or was to be sent, under `subject`. */
  drop(reason: DropReason, subject: string): void {
    const count = (this.#counts.get(reason) ?? 0) + 1;
    this.#counts.set(reason, count);
    const loggedAtMs = this.#loggedAtMs.get(reason);
    if (loggedAtMs !== undefined && this.#now() - loggedAtMs < quietMs) return;
    this.#loggedAtMs.set(reason, this.#now());
    this.#logger.warn('dropped a message', { reason, subject: printable(subject), count });
  }

  /** How many were dropped so far, by reason. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

const printable = (subject: string): string => subject.replace(/[^ -~]/g, '?').slice(0, 200);
