/** Where the SDK takes its time and its chance from. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Calls `fire` once after `delayMs`, unless what it returns is called first. */
  startTimer(delayMs: number, fire: () => void): () => void;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  random: Math.random,
  startTimer(delayMs, fire) {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
};
