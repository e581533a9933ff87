import { expect, test } from 'vitest';
import { type LoadOptions, loadToJson, type Operation, type OperationResult, runLoad } from '../src/index.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Runs a load of calls of one kind under virtual time. */
async function measure(
  clock: VirtualClock,
  call: Operation['call'],
  options: Partial<LoadOptions> = {},
): Promise<OperationResult> {
  const { operations } = await clock.until(
    runLoad({
      operations: [{ name: 'call', weight: 1, call }],
      callers: 1,
      warmUpMs: 0,
      measuredMs: 1_000,
      ratePerSecond: null,
      clock,
      ...options,
    }),
  );
  const result = operations.get('call');
  if (result === undefined) throw new Error('nobody called');
  return result;
}

test('each caller calls again when it has its answer', async () => {
  const clock = new VirtualClock();
  const callersSeen = new Set<number>();
  const result = await measure(
    clock,
    (caller) => {
      callersSeen.add(caller);
      return clock.sleep(10);
    },
    { callers: 4 },
  );
  expect([...callersSeen]).toEqual([0, 1, 2, 3]);
  expect(result.latencies.count).toBe(400);
  expect(result.latencies.longestMs).toBe(10);
});

test('the warm-up counts for nothing, and a call that outlasts the end is waited for', async () => {
  const clock = new VirtualClock();
  const startMs = clock.now();
  const slowBefore = (ms: number): number => (clock.now() - startMs < ms ? 50 : 400);
  const result = await measure(clock, () => clock.sleep(slowBefore(500)), { warmUpMs: 500 });
  // Three are begun after the first 500 ms, at 500, 900 and 1,300; the last is answered at 1,700, when it is over. At 500
  // comes the answer to one from before.
  expect(result.latencies.count).toBe(3);
  expect(result.latencies.shortestMs).toBe(400);
  expect(result.answered).toBe(3);
});

test('a call that fails is counted by its code, and its time is none', async () => {
  const clock = new VirtualClock();
  let calls = 0;
  const result = await measure(clock, async () => {
    calls += 1;
    await clock.sleep(9);
    if (calls % 2 === 0) throw Object.assign(new Error('too late'), { code: 'Timeout' });
  });
  const json = loadToJson(result, 1);
  expect(json).toMatchObject({ failed: json.answered, failures: { Timeout: json.failed } });
  expect(result.latencies.count + json.failed).toBe(calls);
});

test('a caller whose calls fail at once leaves others a turn', async () => {
  const clock = new VirtualClock();
  const result = await measure(clock, () => Promise.reject(new RangeError('no')));
  expect(loadToJson(result, 1).failures).toEqual({ RangeError: 1_000 });
});

test('at a rate, calls come when they are due', async () => {
  const clock = new VirtualClock();
  const begun: number[] = [];
  const startMs = clock.now();
  const call = (): Promise<void> => {
    begun.push(clock.now() - startMs);
    return clock.sleep(1);
  };
  const result = await measure(clock, call, { ratePerSecond: 4, callers: 8 });
  expect(begun).toEqual([0, 250, 500, 750]);
  expect(result.answered).toBe(4);
  expect(result.notBegun).toBe(0);
});

test('at a rate, whoever stands still is charged with all that was due meanwhile', async () => {
  const clock = new VirtualClock();
  const startMs = clock.now();
  // It answers in a millisecond, but stands still from 400 to 600.
  const call = (): Promise<void> => {
    const atMs = clock.now() - startMs;
    return clock.sleep(atMs >= 400 && atMs < 600 ? 601 - atMs : 1);
  };
  const atRate = await measure(clock, call, { ratePerSecond: 100, callers: 1 });
  expect(atRate.latencies.count).toBe(100);
  // One caller was held up for all of it; every call that was due waited for what was left.
  expect(atRate.latencies.quantileMs(0.9)).toBeGreaterThan(90);
  const loop = await measure(clock, call, { callers: 1 });
  expect(loop.latencies.quantileMs(0.9)).toBe(1);
});

test('what could not be begun has waited until the end', async () => {
  const clock = new VirtualClock();
  const result = await measure(clock, () => clock.sleep(300), { ratePerSecond: 10 });
  // Those due at 0, 100, 200 and 300 are begun at 0, 300, 600 and 900; that due at 400 has waited for 600 at the end.
  expect(result.latencies.count).toBe(10);
  expect(result.notBegun).toBe(6);
  expect(result.latencies.countBetween(595, 605)).toBe(1);
  expect(result.latencies.longestMs).toBe(900);
});

test('a timer that is late is not held against the one that is called', async () => {
  const clock = new VirtualClock();
  const late = { now: () => clock.now(), sleep: (ms: number) => clock.sleep(ms + 1) };
  const result = await measure(clock, () => clock.sleep(5), { ratePerSecond: 10, callers: 8, clock: late });
  expect(result.latencies.longestMs).toBe(5);
});

test('operations are mixed by their weights', async () => {
  const clock = new VirtualClock();
  const operation = (name: string, weight: number) => ({ name, weight, call: () => clock.sleep(1) });
  const { operations } = await clock.until(
    runLoad({
      operations: [operation('put', 1), operation('get', 9)],
      callers: 50,
      warmUpMs: 0,
      measuredMs: 1_000,
      ratePerSecond: null,
      clock,
    }),
  );
  const count = (name: string): number => operations.get(name)?.answered ?? 0;
  expect(count('put') + count('get')).toBe(49_950);
  expect(count('get') / count('put')).toBeGreaterThan(8);
  expect(count('get') / count('put')).toBeLessThan(10);
});

test('it can be stopped: what was measured until then is the result, and nothing is under way', async () => {
  const clock = new VirtualClock();
  const startMs = clock.now();
  const ended = new AbortController();
  let underWay = 0;
  const call = async (): Promise<void> => {
    underWay += 1;
    await clock.sleep(10);
    underWay -= 1;
    if (clock.now() - startMs === 500) ended.abort();
  };
  const load = { operations: [{ name: 'call', weight: 1, call }], callers: 3, warmUpMs: 100 } as const;
  const { seconds, operations } = await clock.until(
    runLoad({ ...load, measuredMs: Number.POSITIVE_INFINITY, ratePerSecond: null, clock, signal: ended.signal }),
  );
  expect(underWay).toBe(0);
  expect(seconds).toBe(0.4);
  expect(operations.get('call')?.latencies.count).toBe(120);
});
