import { beforeEach, expect, test } from 'vitest';
import { logIndex } from '../src/index.ts';
import { OwnDisk } from '../src/leader/own-disk.ts';

const tickMs = 50;

let nowMs: number;
let disk: OwnDisk;

beforeEach(() => {
  nowMs = 1000;
  disk = new OwnDisk(nowMs);
});

function ticks(count: number): void {
  for (let tick = 0; tick < count; tick += 1) {
    nowMs += tickMs;
    disk.tick(nowMs, tickMs);
  }
}

test('a flush takes from the append until its entries are on disk, on average', () => {
  expect(disk.flushMs).toBeNull();
  disk.appended(logIndex(5), 1000);
  disk.appended(logIndex(7), 1002);
  disk.reached(logIndex(5), 1006);
  expect(disk.flushMs).toBe(6);
  disk.reached(logIndex(7), 1012);
  disk.reached(logIndex(7), 1040);
  expect(disk.flushMs).toBe(8);
});

test('a disk that nothing is written to does not stand still', () => {
  ticks(20);
  expect(disk.stalledMs).toBe(0);
});

test('a disk that something waits for stands still since it last got on', () => {
  disk.appended(logIndex(1), nowMs);
  ticks(1);
  expect(disk.stalledMs).toBe(0);
  ticks(3);
  expect(disk.stalledMs).toBe(3 * tickMs);
  disk.appended(logIndex(2), nowMs);
  disk.reached(logIndex(1), nowMs);
  ticks(1);
  expect(disk.stalledMs).toBe(0);
  ticks(2);
  expect(disk.stalledMs).toBe(2 * tickMs);
});

test('a leader that stood still itself has waited for one interval, and not for all of that time', () => {
  disk.appended(logIndex(1), nowMs);
  ticks(1);
  nowMs += 5000;
  disk.tick(nowMs, tickMs);
  expect(disk.stalledMs).toBe(tickMs);
});
