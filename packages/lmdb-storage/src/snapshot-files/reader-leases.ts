/** So long a snapshot stays after it was read last by somebody who is no peer. */
export const readerLeaseMs = 30_000;

/** Which snapshots are being read by clients: they stay, or whoever reads slowly never gets one to its end. */
export class ReaderLeases {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #ended: (id: string) => void;

  /** `ended` is told that nobody reads a snapshot any more. */
  constructor(ended: (id: string) => void) {
    this.#ended = ended;
  }

  /** It is being read. */
  renew(id: string): void {
    clearTimeout(this.#timers.get(id));
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      this.#ended(id);
    }, readerLeaseMs);
    // A process that could end is not kept by a reader.
    this.#timers.set(id, timer.unref());
  }

  holds(id: string): boolean {
    return this.#timers.has(id);
  }

  /** No lease ends any more. */
  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
