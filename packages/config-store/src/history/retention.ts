import type { Retention } from '../tables/history-table.ts';
import { InvalidRetention } from './errors.ts';

/** The longest time for which history may be kept, but for all time: a hundred years, in milliseconds. */
export const MAX_RETENTION_AGE_MS = 100 * 365 * 24 * 60 * 60 * 1000;

/** The most past versions of a key that may be kept, but for all of them. */
export const MAX_RETENTION_VERSIONS = 1000;

/** @throws {InvalidRetention} */
export function checkRetention({ maxAgeMs, maxVersions }: Retention): void {
  checkSetting('maxAgeMs', maxAgeMs, 0, MAX_RETENTION_AGE_MS);
  checkSetting('maxVersions', maxVersions, 1, MAX_RETENTION_VERSIONS);
}

function checkSetting(setting: keyof Retention, given: number | null, least: number, limit: number): void {
  if (given === null || (Number.isInteger(given) && given >= least && given <= limit)) return;
  throw new InvalidRetention({ setting, given: String(given), least, limit });
}
