import type { History, HistoryOperation } from '../history.ts';
import type { ConfigStoreOperation, ConfigStoreOutcome } from '../models/config-store.ts';
import type { Change, Sight, Trail } from './trail.ts';
import type { PossibleWrite, Way } from './ways.ts';

/** What a transaction was to one key, as an operation on that key alone. */
export type Part = HistoryOperation<ConfigStoreOperation, ConfigStoreOutcome>;

/** When a transaction was called, and when it was over. */
export type Call = Omit<HistoryOperation<unknown, unknown>, 'key' | 'operation' | 'outcome'>;

/** What a transaction was to each key, by its trail. */
export function partsOf(
  call: Call,
  { revision, sights, changes }: Trail,
): History<ConfigStoreOperation, ConfigStoreOutcome> {
  const keys = new Set([...sights.keys(), ...changes.keys()]);
  return [...keys].flatMap((key) => partsOfKey({ ...call, key }, revision, sights.get(key), changes.get(key)));
}

function partsOfKey(
  call: Call & { readonly key: string },
  revision: number,
  sight: Sight | undefined,
  change: Change | undefined,
): readonly Part[] {
  const seen = sight === undefined ? null : outcomeOfSight(sight);
  const isTold = seen !== null && (change === undefined || seen.kind === 'found');
  const parts: Part[] = isTold ? [{ ...call, operation: { kind: 'get' }, outcome: seen }] : [];
  const found = sight?.modRevision ?? null;
  const condition = found === null ? {} : { ifRevision: found };
  if (change === null) {
    parts.push({ ...call, operation: { kind: 'delete', ...condition }, outcome: { kind: 'deleted', revision } });
  } else if (change !== undefined) {
    const operation = { kind: 'put', value: change.value, ...condition } as const;
    parts.push({ ...call, operation, outcome: { kind: 'written', revision } });
  }
  return parts;
}

/** What a look at the key would have told; null if that is only that it existed. */
function outcomeOfSight({ modRevision, value }: Sight): ConfigStoreOutcome | null {
  if (modRevision === null) return null;
  if (modRevision === 0) return { kind: 'absent' };
  return value === null ? { kind: 'compared', modRevision } : { kind: 'found', value, modRevision };
}

/** What a transaction of which nobody was told anything may be to each key: writes that may take effect or not, each by itself. */
export function possiblePartsOf(call: Call, ways: readonly Way[]): History<ConfigStoreOperation, ConfigStoreOutcome> {
  const parts = ways.flatMap(({ held, writes }) => writes.map((write) => possiblePart(call, write, held)));
  return [...new Map(parts.map((part) => [JSON.stringify([part.key, part.operation]), part])).values()];
}

/** A write that may take effect, and if so on a key that was as it had to be. */
export function possiblePart(call: Call, { key, value }: PossibleWrite, held: Way['held']): Part {
  const compared = held.find((comparison) => comparison.key === key);
  const condition = compared === undefined ? {} : { ifRevision: compared.modRevision };
  const operation =
    value === null ? { kind: 'delete' as const, ...condition } : { kind: 'put' as const, value, ...condition };
  return { ...call, key, returnedAt: null, operation, outcome: null };
}
