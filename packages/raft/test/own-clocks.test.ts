import { beforeEach, expect, test } from 'vitest';
import { OwnClocks } from '../src/own-clocks.ts';

let nowMs: number;
let wallMs: number;
let beforeWall: () => void;
let clocks: OwnClocks;

beforeEach(() => {
  nowMs = 1000;
  wallMs = 1_700_000_000_000;
  beforeWall = () => {};
  const wallNow = (): number => {
    beforeWall();
    return wallMs;
  };
  clocks = new OwnClocks({ now: () => nowMs, wallNow });
});

function pass(ms: number): void {
  nowMs += ms;
  wallMs += ms;
}

test('clocks that go on together have not parted, however much time passes', () => {
  for (const ms of [0, 50, 10_000, 3_600_000]) {
    pass(ms);
    expect(clocks.partedMs()).toBe(0);
  }
});

test('a wall clock that was set, either way, has parted, once', () => {
  pass(50);
  wallMs += 3_600_000;
  expect(clocks.partedMs()).toBe(3_600_000);
  pass(50);
  expect(clocks.partedMs()).toBe(0);
  wallMs -= 7_200_000;
  expect(clocks.partedMs()).toBe(-7_200_000);
  expect(clocks.partedMs()).toBe(0);
});

test('a machine whose monotonic clock stood still has noticed it', () => {
  pass(20);
  expect(clocks.partedMs()).toBe(0);
  wallMs += 80;
  expect(clocks.partedMs()).toBe(80);
});

test('what NTP corrects in small steps is no parting, however much it comes to', () => {
  for (let step = 0; step < 100; step += 1) {
    pass(1000);
    wallMs += 1;
    expect(clocks.partedMs()).toBe(0);
  }
});

test('a process that stands still between the two readings has noticed nothing: they are read again', () => {
  pass(50);
  beforeWall = () => {
    pass(300);
    beforeWall = () => {};
  };
  expect(clocks.partedMs()).toBe(0);
  pass(50);
  expect(clocks.partedMs()).toBe(0);
});
