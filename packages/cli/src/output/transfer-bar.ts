import type { TransferProgress } from '@quorate/client';
import { sizeText } from './size-text.ts';

const redrawEveryMs = 100;
const width = 30;

/** How far a transfer has come, as a bar on one line of the terminal. Where standard error is no terminal, nothing at all. */
export class TransferBar {
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  /** So much is done. */
  show({ doneBytes, totalBytes }: TransferProgress): void {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - this.#drawnAtMs < redrawEveryMs) return;
    this.#drawnAtMs = nowMs;
    const part = totalBytes === 0 ? 1 : doneBytes / totalBytes;
    const bar = '='.repeat(Math.floor(part * width)).padEnd(width, '-');
    const percent = String(Math.floor(part * 100)).padStart(3);
    process.stderr.write(`\r\u001b[K[${bar}] ${percent} % of ${sizeText(totalBytes)}`);
  }

  /** Takes the line away. */
  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}
