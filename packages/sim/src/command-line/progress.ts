/** What a batch of runs has come to so far. */
export interface Totals {
  seeds: number;
  simulatedMs: number;
  realMs: number;
  events: number;
  acknowledged: number;
  undecided: number;
}

/** Simulated time over real time, and what clients got done in it. */
export function describeTotals(totals: Totals): string {
  const { seeds, simulatedMs, realMs, acknowledged, events } = totals;
  const speed = simulatedMs / Math.max(1, realMs);
  const perSecond = (count: number): string => ((count * 1000) / Math.max(1, simulatedMs)).toFixed(1);
  return [
    `${seeds} seeds`,
    `${(simulatedMs / 1000).toFixed(0)} s simulated in ${(realMs / 1000).toFixed(1)} s (${speed.toFixed(0)} times)`,
    `${perSecond(acknowledged)} operations acknowledged and ${perSecond(events)} events in each simulated second`,
  ].join(', ');
}

/** A line that is written over itself on a terminal, and not at all elsewhere. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #shownAtMs = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Shows how far it has come, a few times in a second. `share` is from 0 to 1. */
  show(share: number, totals: Totals, nowMs: number): void {
    this.tell(share, () => describeTotals(totals), nowMs);
  }

  /** The same with any words. */
  tell(share: number, words: () => string, nowMs: number): void {
    if (!this.#stream.isTTY || nowMs - this.#shownAtMs < 200) return;
    this.#shownAtMs = nowMs;
    const width = 24;
    const done = Math.min(width, Math.floor(share * width));
    const bar = `${'█'.repeat(done)}${'░'.repeat(width - done)}`;
    this.#stream.write(`\r\u001b[2K${bar} ${words()}`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[2K');
  }
}
