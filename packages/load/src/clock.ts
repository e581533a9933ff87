import { setTimeout as after } from 'node:timers/promises';

/** The time that a load is run and measured by. */
export interface Clock {
  /** Milliseconds since some moment. It never goes back. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** That of the machine. Its timers are late by up to a millisecond. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms) => after(ms),
};
