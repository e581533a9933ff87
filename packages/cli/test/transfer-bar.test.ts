import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TransferBar } from '../src/output/transfer-bar.ts';

const { isTTY } = process.stderr;
let written: string;

beforeEach(() => {
  written = '';
  vi.useFakeTimers();
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  process.stderr.isTTY = isTTY;
});

/** A transfer of 3 MiB as people watch it, a quarter at a time. */
function transfer(): void {
  const bar = new TransferBar();
  const totalBytes = 3 * 1024 * 1024;
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    bar.show({ doneBytes: part * totalBytes, totalBytes });
    vi.advanceTimersByTime(150);
  }
  bar.end();
}

test('on a terminal a transfer has a bar, which is gone at its end', () => {
  process.stderr.isTTY = true;
  transfer();
  const lines = written.split('\r\u001b[K');
  expect(lines).toEqual([
    '',
    '[------------------------------]   0 % of 3.0 MiB',
    '[=======-----------------------]  25 % of 3.0 MiB',
    '[===============---------------]  50 % of 3.0 MiB',
    '[======================--------]  75 % of 3.0 MiB',
    '[==============================] 100 % of 3.0 MiB',
    '',
  ]);
});

test('it is drawn ten times in a second at most', () => {
  process.stderr.isTTY = true;
  const bar = new TransferBar();
  for (let doneBytes = 0; doneBytes < 1_000; doneBytes += 1) bar.show({ doneBytes, totalBytes: 1_000 });
  expect(written.split('\r').length - 1).toBe(1);
});

test('in a pipe there is nothing of it', () => {
  process.stderr.isTTY = false;
  transfer();
  expect(written).toBe('');
});
