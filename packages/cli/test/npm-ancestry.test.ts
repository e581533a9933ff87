import { expect, test } from 'vitest';
import { ancestryToNpm, isUnbroken, type Lookup } from '../src/up/npm-ancestry.ts';
import { processEntry } from '../src/up/process-entry.ts';

/** A machine's processes: pid, parent, name. */
const machine = (...entries: readonly (readonly [number, number, string])[]): Lookup => {
  const processes = new Map(entries.map(([pid, parentPid, name]) => [pid, { parentPid, name }]));
  return (pid) => processes.get(pid) ?? null;
};

test('the way up ends at the nearest npm', () => {
  const lookup = machine([1, 0, 'init'], [10, 1, 'npm test'], [20, 10, 'node'], [30, 20, 'npm start'], [40, 30, 'sh']);
  expect(ancestryToNpm(40, lookup)).toEqual([40, 30]);
  expect(ancestryToNpm(20, lookup)).toEqual([20, 10]);
});

test('npm may be the first process of a container, or the very parent', () => {
  expect(ancestryToNpm(7, machine([1, 0, 'npm start'], [7, 1, 'sh']))).toEqual([7, 1]);
  expect(ancestryToNpm(1, machine([1, 0, 'npm start']))).toEqual([1]);
});

test('where npm is no ancestor there is no way', () => {
  expect(ancestryToNpm(7, machine([1, 0, 'init'], [7, 1, 'sh']))).toBeNull();
  expect(ancestryToNpm(7, machine([1, 0, 'init'], [7, 1, 'npmish-but-not']))).toBeNull();
  expect(ancestryToNpm(7, machine())).toBeNull();
});

test('the way is broken once a process on it has another parent, or is gone', () => {
  const way = [40, 30, 20];
  const whole = machine([20, 1, 'npm start'], [30, 20, 'sh'], [40, 30, 'sh']);
  expect(isUnbroken(way, 40, whole)).toBe(true);
  expect(isUnbroken(way, 1, whole)).toBe(false);
  expect(isUnbroken(way, 40, machine([20, 1, 'npm start'], [30, 1, 'sh'], [40, 30, 'sh']))).toBe(false);
  expect(isUnbroken(way, 40, machine([20, 1, 'npm start'], [40, 30, 'sh']))).toBe(false);
});

test('a real process has its parent and its name', () => {
  expect(processEntry(process.pid)?.parentPid).toBe(process.ppid);
  expect(processEntry(process.pid)?.name).not.toBe('');
});
