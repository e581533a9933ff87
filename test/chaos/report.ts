import type { CallCounts } from './chaos-client.ts';
import type { ChaosProgress, ChaosResult } from './run-chaos.ts';
import type { StaleReadsResult } from './stale-reads.ts';

/** What a run came to, in lines. */
export function describeResult({ violations, folder, calls, faults, rounds, term, durationMs }: ChaosResult): string {
  const kinds = [...faults].sort(([one], [other]) => one.localeCompare(other));
  return [
    `${rounds} rounds in ${(durationMs / 1_000).toFixed(0)} s, up to term ${term}: ${describeCalls(calls)}`,
    ...kinds.map(([kind, times]) => `${String(times).padStart(10)}  ${kind}`),
    ...violations.map(({ message }) => `VIOLATION ${message}`),
    ...(folder === null ? [] : [`data folders, logs, journal and history: ${folder}`]),
  ].join('\n');
}

const describeCalls = ({ ok, written, failed, unknown }: CallCounts): string =>
  `${ok} calls ok (${written} of them writes that were acknowledged), ${failed} failed, ${unknown} unknown`;

/** What a run of stale reads came to, in lines. */
export function describeStaleReads(result: StaleReadsResult): string {
  const { rounds, reads, stale, writes, term, messages, durationMs } = result;
  const kinds = [...messages].sort(([one], [other]) => one.localeCompare(other));
  return [
    `${rounds} rounds in ${(durationMs / 1_000).toFixed(0)} s, up to term ${term}: ${reads} reads, ${writes} writes, ${stale.length} stale reads`,
    ...kinds.map(([kind, times]) => `${String(times).padStart(10)}  ${kind}`),
    ...stale.map((one) => `STALE ${one}`),
  ].join('\n');
}

/** A line that is written over itself on a terminal, and not at all elsewhere. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Shows how far a run is. */
  show({ round, rounds, phase, calls }: ChaosProgress): void {
    if (!this.#stream.isTTY) return;
    const width = 24;
    const done = Math.floor(((round - (phase === 'checks' ? 0 : 1)) / rounds) * width);
    const bar = `${'█'.repeat(done)}${'░'.repeat(width - done)}`;
    this.#stream.write(`\r\u001b[2K${bar} round ${round} of ${rounds}, ${phase}: ${describeCalls(calls)}`);
  }

  /** Shows a text. */
  say(text: string): void {
    if (this.#stream.isTTY) this.#stream.write(`\r\u001b[2K${text}`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[2K');
  }
}
