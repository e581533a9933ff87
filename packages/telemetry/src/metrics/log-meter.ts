import type { Logger } from '@quorate/raft';
import { declarations } from './declarations.ts';
import type { MetricReadings } from './metric-readings.ts';

const levels = ['info', 'warn', 'error'] as const;
type Level = (typeof levels)[number];

/** What an election says when the node takes a role, as it stands in the log. */
const roleMessages: ReadonlyMap<string, string> = new Map([
  ['became pre-candidate', 'pre-candidate'],
  ['became candidate', 'candidate'],
  ['became leader', 'leader'],
  ['became follower', 'follower'],
]);

/** Counts what a node has to tell: by level, and the roles that its election says it takes. */
export class LogMeter {
  readonly #lines: Record<Level, number> = { info: 0, warn: 0, error: 0 };
  readonly #roles = new Map([...roleMessages.values()].map((role) => [role, 0]));

  /** A logger that counts, and tells `logger`. */
  metered(logger: Logger): Logger {
    const told = (level: Level): Logger[Level] => {
      return (message, fields) => {
        this.#lines[level] += 1;
        const role = roleMessages.get(message);
        if (role !== undefined) this.#roles.set(role, (this.#roles.get(role) ?? 0) + 1);
        logger[level](message, fields);
      };
    };
    return { info: told('info'), warn: told('warn'), error: told('error') };
  }

  /** Adds what was counted. */
  read(readings: MetricReadings): void {
    for (const level of levels) readings.set(declarations.logLines, { level }, this.#lines[level]);
    for (const [role, count] of this.#roles) readings.set(declarations.roleChanges, { role }, count);
  }
}
