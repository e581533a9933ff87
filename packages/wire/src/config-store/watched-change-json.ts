import type { WatchedChange } from '@quorate/config-store';
import { type EntryJson, entryToJson } from './entry-json.ts';
import { type KeyChangeJson, keyChangeToJson } from './outcome-json.ts';

/** A change as a watcher gets it, as JSON. A put without a value is one whose value is not kept any more. */
export interface WatchedChangeJson extends KeyChangeJson {
  readonly key: string;
  readonly ordinal: number;
  /** What it replaced, where that was asked for and there was something. */
  readonly previous?: EntryJson;
  /** There was something, which is too large for a message beside the change, or not kept any more. */
  readonly previousOmitted?: true;
}

/** A change as a watcher gets it, as JSON: numbers of 64 bits are texts. */
export function watchedChangeToJson(change: WatchedChange): WatchedChangeJson {
  const { key, ordinal, previous, previousOmitted } = change;
  return {
    key,
    ordinal,
    ...keyChangeToJson(change),
    ...(previous === null ? {} : { previous: entryToJson(previous) }),
    ...(previousOmitted ? { previousOmitted } : {}),
  };
}
