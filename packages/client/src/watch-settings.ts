import { checkWatch, type KeySelection, type WatchRequest } from '@quorate/config-store';
import { checkTimeoutMs, revisionOrNull } from './check-options.ts';
import { InvalidQuery } from './errors.ts';
import type { WatchedKeys, WatchOptions } from './options.ts';

/** What the options of a watch come to. */
export interface WatchSettings {
  readonly what: Omit<WatchRequest, 'from'>;
  /** Null: after what is committed when the watch begins. */
  readonly fromRevision: number | null;
  /** Infinity for never. */
  readonly giveUpMs: number;
}

/** @throws {InvalidKey | KeyTooLarge | InvalidRange | InvalidRevision | InvalidQuery | InvalidRequest} */
export function watchSettings(options: WatchOptions): WatchSettings {
  const { filter = null, previous: withPrevious = false, timeoutMs } = options;
  const what = { keys: watchedKeys(options), filter, withPrevious };
  const fromRevision = revisionOrNull(options.fromRevision);
  checkWatch({ ...what, from: { revision: fromRevision ?? 1, ordinal: 0 } });
  return { what, fromRevision, giveUpMs: timeoutMs === undefined ? Infinity : checkTimeoutMs(timeoutMs, 0) };
}

function watchedKeys({ key, prefix, from, to }: WatchedKeys): KeySelection {
  if (key !== undefined) {
    if (prefix === undefined && from === undefined && to === undefined) return { key };
    throw new InvalidQuery({ reason: 'key goes neither with prefix nor with from and to' });
  }
  if (from === undefined && to === undefined) return { prefix: prefix ?? '' };
  if (prefix !== undefined) throw new InvalidQuery({ reason: 'prefix does not go with from and to' });
  if (from === undefined) throw new InvalidQuery({ reason: 'to goes with from' });
  return { from, to: to ?? null };
}
