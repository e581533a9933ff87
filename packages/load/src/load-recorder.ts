import type { Clock } from './clock.ts';
import { emptyResult, type LoadResult, type OperationResult } from './load-result.ts';
import type { Operation } from './operation.ts';

/** Between which moments of the clock a load is measured. */
export interface LoadRecorderOptions {
  readonly fromMs: number;
  readonly toMs: number;
  readonly clock: Clock;
}

/** After a call that failed a caller rests: calls that fail at once would leave nobody else a turn. */
const restMs = 1;

/** Makes calls, and keeps what became of them. */
export class LoadRecorder {
  readonly #fromMs: number;
  #toMs: number;
  readonly #clock: Clock;
  readonly #operations = new Map<string, OperationResult>();
  #answered = 0;
  #failed = 0;

  constructor({ fromMs, toMs, clock }: LoadRecorderOptions) {
    this.#fromMs = fromMs;
    this.#toMs = toMs;
    this.#clock = clock;
  }

  /** When it is over. */
  get toMs(): number {
    return this.#toMs;
  }

  /** It is over now. */
  stop(): void {
    this.#toMs = Math.min(this.#toMs, this.#clock.now());
  }

  /** How many were answered from the beginning, the warm-up included. */
  get answeredInAll(): number {
    return this.#answered;
  }

  /** The same of those that failed. */
  get failedInAll(): number {
    return this.#failed;
  }

  /** Makes a call that is timed from `beginMs`, and resolves when the caller may make the next. */
  async time({ name, call }: Operation, caller: number, beginMs: number): Promise<void> {
    const result = this.#resultOf(name);
    try {
      await call(caller);
    } catch (error) {
      this.#failed += 1;
      if (this.#isMeasured(beginMs)) count(result.failures, codeOf(error));
      await this.#clock.sleep(restMs);
      return;
    }
    const endMs = this.#clock.now();
    this.#answered += 1;
    if (this.#isMeasured(beginMs)) result.latencies.record(endMs - beginMs);
    if (this.#isMeasured(endMs)) result.answered += 1;
  }

  /** A call that was due then has waited until the end to be begun. */
  addNotBegun({ name }: Operation, dueMs: number): void {
    if (!this.#isMeasured(dueMs)) return;
    const result = this.#resultOf(name);
    result.notBegun += 1;
    result.latencies.record(this.#toMs - dueMs);
  }

  /** What it came to. */
  result(): LoadResult {
    return { seconds: Math.max(0, this.#toMs - this.#fromMs) / 1_000, operations: this.#operations };
  }

  #isMeasured(momentMs: number): boolean {
    return momentMs >= this.#fromMs && momentMs < this.#toMs;
  }

  #resultOf(name: string): OperationResult {
    const found = this.#operations.get(name);
    if (found !== undefined) return found;
    const fresh = emptyResult();
    this.#operations.set(name, fresh);
    return fresh;
  }
}

function count(counts: Map<string, number>, code: string): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
