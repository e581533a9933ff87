import { describe, expect, test } from 'vitest';
import { SendingWindow } from '../src/replicator/sending-window.ts';

const kib = 1024;
const limits = { maxChunkBytes: 256 * kib, maxBytes: 1024 * kib, maxQueueingMs: 50 };

/** A road with so many bytes a second, and so much time on the way: what is sent waits behind all that was sent before. Gives how much was in the queue at most, in ms, after the first second. */
function longestQueueMs(bytesPerSecond: number, roadMs: number, forMs: number): number {
  const window = new SendingWindow(limits);
  const onRoad: { readonly sentAtMs: number; readonly arrivesAtMs: number; readonly bytes: number }[] = [];
  let freeAtMs = 0;
  let bytes = 0;
  let longestMs = 0;
  for (let nowMs = 0; nowMs < forMs; nowMs += 1) {
    while (onRoad[0] !== undefined && onRoad[0].arrivesAtMs <= nowMs) {
      const arrived = onRoad.shift();
      bytes -= arrived?.bytes ?? 0;
      window.answered(arrived?.bytes ?? 0, nowMs - (arrived?.sentAtMs ?? 0), nowMs);
    }
    while (bytes === 0 || bytes + window.chunkBytes <= window.bytes) {
      freeAtMs = Math.max(nowMs, freeAtMs) + (1_000 * window.chunkBytes) / bytesPerSecond;
      onRoad.push({ sentAtMs: nowMs, arrivesAtMs: freeAtMs + roadMs, bytes: window.chunkBytes });
      bytes += window.chunkBytes;
    }
    if (nowMs > 1_000) longestMs = Math.max(longestMs, freeAtMs - nowMs);
  }
  return longestMs;
}

describe('what is sent ahead of its answers', () => {
  test('begins with one small chunk, and grows to what is allowed where answers are quick', () => {
    const window = new SendingWindow(limits);
    expect([window.bytes, window.chunkBytes]).toEqual([4 * kib, 4 * kib]);
    for (let answers = 0; answers < 20; answers += 1) window.answered(window.chunkBytes, 2, 2 * answers);
    expect(window.bytes).toBeLessThan(1024 * kib);
    for (let answers = 0; answers < 200; answers += 1) window.answered(window.chunkBytes, 2, 40 + 2 * answers);
    expect([window.bytes, window.chunkBytes]).toEqual([1024 * kib, 256 * kib]);
  });

  test.each([
    ['100 kB a second', 100_000, 5],
    ['1 MB a second, far away', 1_000_000, 80],
    ['30 kB a second', 30_000, 20],
  ])('fills no queue in which heartbeats would wait for long, at %s', (_what, bytesPerSecond, roadMs) => {
    const chunkMs = (1_000 * 4 * kib) / bytesPerSecond;
    expect(longestQueueMs(bytesPerSecond, roadMs, 20_000)).toBeLessThan(limits.maxQueueingMs + 3 * chunkMs + 30);
  });

  test('is less after a loss, and what does not come in time is asked for later each time', () => {
    const window = new SendingWindow(limits);
    for (let answers = 0; answers < 200; answers += 1) window.answered(window.chunkBytes, 10, 10 * answers);
    expect([window.bytes, window.timeoutMs]).toEqual([1024 * kib, 200]);
    window.timedOut(2_000);
    expect([window.bytes, window.timeoutMs]).toEqual([512 * kib, 400]);
    window.timedOut(2_400);
    expect([window.bytes, window.timeoutMs]).toEqual([256 * kib, 800]);
    window.lost(4_000);
    expect([window.bytes, window.timeoutMs]).toEqual([128 * kib, 800]);
    for (let losses = 0; losses < 20; losses += 1) window.timedOut(10_000 * (losses + 1));
    expect([window.bytes, window.timeoutMs]).toEqual([4 * kib, 10_000]);
    window.endBackoff();
    expect([window.bytes, window.timeoutMs]).toEqual([4 * kib, 200]);
  });

  test('a chunk is taken for lost by what the others took', () => {
    const window = new SendingWindow(limits);
    expect(window.timeoutMs).toBe(200);
    for (let answers = 0; answers < 50; answers += 1) window.answered(4 * kib, 900, 900 * answers);
    expect(window.timeoutMs).toBeGreaterThan(900);
    expect(window.timeoutMs).toBeLessThan(1_500);
  });
});
