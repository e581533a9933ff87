import { createWriteStream, type WriteStream } from 'node:fs';

/** What happened in a run, line by line: each fault, each call with its outcome, and when. */
export class Journal {
  readonly #stream: WriteStream;
  readonly #beganAtMs = performance.now();

  constructor(path: string) {
    this.#stream = createWriteStream(path);
    // A journal that cannot be written must not end the run: it is there for whoever looks for the cause of something else.
    this.#stream.on('error', () => undefined);
  }

  /** Milliseconds since the run began. */
  get nowMs(): number {
    return Math.round((performance.now() - this.#beganAtMs) * 1_000) / 1_000;
  }

  /** Adds an event as a line of JSON. */
  note(what: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#stream.write(`${JSON.stringify({ atMs: this.nowMs, what, ...fields })}\n`);
  }

  /** Resolves when all lines are written. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stream.once('error', () => resolve());
      this.#stream.end(() => resolve());
    });
  }
}
