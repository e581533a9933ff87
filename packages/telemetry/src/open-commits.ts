import type { Span } from '@opentelemetry/api';

/** The spans of commits that are under way and sampled, by the context that their entries bear. */
export class OpenCommits {
  readonly #spans = new Map<string, Span>();

  /** A commit has begun. */
  add(traceparent: string, span: Span): void {
    this.#spans.set(traceparent, span);
  }

  /** Its span is about to end. */
  delete(traceparent: string): void {
    this.#spans.delete(traceparent);
  }

  /** What many commits share is made once, below one of them, and linked from the others: a commit's trace leads to all that it waited for. */
  link(shared: Span, traceparents: readonly string[]): void {
    if (!shared.isRecording()) return;
    const link = { context: shared.spanContext() };
    for (const traceparent of traceparents) this.#spans.get(traceparent)?.addLink(link);
  }
}
