import { type Clock, systemClock } from './clock.ts';
import { type LoadProgress, tellProgress } from './load-progress.ts';
import { LoadRecorder } from './load-recorder.ts';
import type { LoadResult } from './load-result.ts';
import { type Operation, randomOperation } from './operation.ts';
import { RateSchedule } from './rate-schedule.ts';

/** What a load is made of. */
export interface LoadOptions {
  readonly operations: readonly [Operation, ...Operation[]];
  /** How many call at once, each waiting for its answer before it calls again. */
  readonly callers: number;
  /** So long it runs before it is measured. */
  readonly warmUpMs: number;
  /** Infinity for until it is stopped. */
  readonly measuredMs: number;
  /** How many calls are begun in a second, by all callers together; null for as many as they can. */
  readonly ratePerSecond: number | null;
  /** Told twice a second. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Stops it early. No more calls are begun, and the result is what was measured until then. */
  readonly signal?: AbortSignal;
  /** The machine's unless given. */
  readonly clock?: Clock;
}

/**
 * Has callers call, and records how long each call took that was begun while it was measured; those are waited for. At a rate, a call that
 * was late because all callers were waiting is timed from when it was due, so that a slow answer counts for the calls that it held up.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { callers, warmUpMs, measuredMs, ratePerSecond, onProgress, signal, clock = systemClock } = options;
  const startMs = clock.now();
  const recorder = new LoadRecorder({ fromMs: startMs + warmUpMs, toMs: startMs + warmUpMs + measuredMs, clock });
  const schedule = ratePerSecond === null ? null : new RateSchedule(startMs, ratePerSecond);
  const stopTelling = onProgress === undefined ? () => {} : tellProgress(recorder, warmUpMs, onProgress);
  const stop = (): void => recorder.stop();
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const calling = Array.from({ length: callers }, (_, caller) =>
    schedule === null ? callOn(caller, options, recorder) : callAtRate(caller, options, recorder, schedule),
  );
  await Promise.all(calling);
  signal?.removeEventListener('abort', stop);
  stopTelling();
  if (schedule !== null) addNotBegun(options, recorder, schedule);
  return recorder.result();
}

/** A closed loop: one call after the other. */
async function callOn(
  caller: number,
  { operations, clock = systemClock }: LoadOptions,
  recorder: LoadRecorder,
): Promise<void> {
  for (let nowMs = clock.now(); nowMs < recorder.toMs; nowMs = clock.now()) {
    await recorder.time(randomOperation(operations, Math.random()), caller, nowMs);
  }
}

/** An open loop: each call is due at its time, whatever became of those before, and the first caller who is free makes it. */
async function callAtRate(
  caller: number,
  { operations, clock = systemClock }: LoadOptions,
  recorder: LoadRecorder,
  schedule: RateSchedule,
): Promise<void> {
  while (schedule.nextMs < recorder.toMs && clock.now() < recorder.toMs) {
    const beginMs = await whenDue(schedule.take(), clock);
    if (beginMs >= recorder.toMs) return;
    await recorder.time(randomOperation(operations, Math.random()), caller, beginMs);
  }
}

/** A timer that is late is not the doing of what is called. If it is later than this, something held up the whole process. */
const timerSlackMs = 2;

/** Waits until a call is due; the answer is the moment that it is timed from. */
async function whenDue(dueMs: number, clock: Clock): Promise<number> {
  const waitMs = dueMs - clock.now();
  if (waitMs <= 0) return dueMs;
  await clock.sleep(waitMs);
  const nowMs = clock.now();
  return nowMs - dueMs <= timerSlackMs ? nowMs : dueMs;
}

/** Without what could not even be begun, the slowest stretches would look best. */
function addNotBegun({ operations }: LoadOptions, recorder: LoadRecorder, schedule: RateSchedule): void {
  while (schedule.nextMs < recorder.toMs) {
    recorder.addNotBegun(randomOperation(operations, Math.random()), schedule.take());
  }
}
