import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class EntryClock extends raftParts.EntryClock {
  readonly #wallNow: () => number;
  readonly #sinceMs: number;
  readonly #beforeMs: number;

  constructor(options: ConstructorParameters<typeof raftParts.EntryClock>[0]) {
    super(options);
    this.#wallNow = () => options.context.wallNow();
    this.#sinceMs = options.context.wallNow();
    this.#beforeMs = options.lastTime.logTimeMs;
  }

  protected override logTimeMs(): number {
    return this.#beforeMs + Math.max(0, Math.floor(this.#wallNow() - this.#sinceMs));
  }
}

/** See `breaks`. */
export const logTimeOfWallClock: PlantedBug = {
  name: 'log-time-of-wall-clock',
  breaks: 'Log time is taken from the wall clock: when that is set, everything expires at once, or time goes back.',
  reference: 'Rule 17: expiry by log time, the monotonic elapsed time of leaders',
  plant: { parts: { EntryClock } },
};
