import type { Logger } from '@quorate/raft';
import { declarations } from './declarations.ts';
import type { MetricReadings } from './metric-readings.ts';

const levels = ['info', 'warn', 'error'] as const;
type Level = (typeof levels)[number];

/** Counts what a node has to tell, by level. */
export class LogMeter {
  readonly #lines: Record<Level, number> = { info: 0, warn: 0, error: 0 };

  /** A logger that counts, and tells `logger`. */
  metered(logger: Logger): Logger {
    const told = (level: Level): Logger[Level] => {
      return (message, fields) => {
        this.#lines[level] += 1;
        logger[level](message, fields);
      };
    };
    return { info: told('info'), warn: told('warn'), error: told('error') };
  }

  /** Adds what was counted. */
  read(readings: MetricReadings): void {
    for (const level of levels) readings.set(declarations.logLines, { level }, this.#lines[level]);
  }
}
