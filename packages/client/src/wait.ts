import type { Clock } from './clock.ts';
import type { Lifetime } from './lifetime.ts';

/** What bounds a wait. */
export interface WaitLimits {
  readonly clock: Clock;
  readonly lifetime: Lifetime;
  /** Infinity for no limit. */
  readonly timeoutMs: number;
}

/** The longest that a timer can be set for. */
export const longestTimerMs = 2 ** 31 - 1;

/**
 * Waits for `begin` to call what it is given. Null when the time is up; rejects with the lifetime's error when that ends. `begin` returns how
 * to stop listening, which is then done in any case.
 */
export function waitFor<Value>(
  { clock, lifetime, timeoutMs }: WaitLimits,
  begin: (settle: (value: Value) => void) => () => void,
): Promise<Value | null> {
  return new Promise((resolve, reject) => {
    const stops: (() => void)[] = [];
    let settled = false;
    const settle = (outcome: () => void): void => {
      if (settled) return;
      settled = true;
      for (const stop of stops) stop();
      outcome();
    };
    const listen = (start: () => () => void): void => {
      if (settled) return;
      const stop = start();
      if (settled) stop();
      else stops.push(stop);
    };
    listen(() => lifetime.onEnd(() => settle(() => reject(lifetime.error))));
    listen(() => begin((value) => settle(() => resolve(value))));
    if (timeoutMs < longestTimerMs) listen(() => clock.startTimer(timeoutMs, () => settle(() => resolve(null))));
  });
}

/** Resolves after `delayMs`; rejects with the lifetime's error when that ends first. */
export async function sleep(delayMs: number, clock: Clock, lifetime: Lifetime): Promise<void> {
  await waitFor<never>({ clock, lifetime, timeoutMs: delayMs }, () => () => {});
}
