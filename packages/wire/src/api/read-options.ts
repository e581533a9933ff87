import { InvalidRevision } from '@quorate/config-store';
import { type ReadConsistency, readConsistency } from '@quorate/raft';
import { InvalidRequest } from './errors.ts';

/** What a read may say beside what it reads. */
export interface ReadOptions {
  readonly consistency: ReadConsistency;
  /** Of a bounded read, and of no other: how old the state may be, in ms. */
  readonly maxStalenessMs: number | null;
  /** The state is of this revision or a later one; 0: any. */
  readonly minRevision: number;
}

/** What is read by whoever says nothing. */
export const defaultReadOptions: ReadOptions = { consistency: 'linearizable', maxStalenessMs: null, minRevision: 0 };

/** The fields by which a request says it. */
export const readOptionFields: readonly string[] = Object.keys(defaultReadOptions);

/** What a caller says of a read. @throws {InvalidRequest | InvalidRevision} if an option is not known, or is none that it could be */
export function readOptionsOf(options: Readonly<Record<string, unknown>>): ReadOptions {
  for (const field of Object.keys(options)) {
    if (readOptionFields.includes(field)) continue;
    throw new InvalidRequest({ reason: `the option ${JSON.stringify(field.slice(0, 64))} is not known`, field: null });
  }
  const { consistency = defaultReadOptions.consistency, maxStalenessMs, minRevision = 0 } = options;
  const parsed = readConsistency.safeParse(consistency);
  if (!parsed.success) {
    const kinds = readConsistency.options.join(', ');
    throw new InvalidRequest({ reason: `consistency is one of ${kinds}`, field: 'consistency' });
  }
  return {
    consistency: parsed.data,
    maxStalenessMs: checkMaxStaleness(maxStalenessMs, parsed.data),
    minRevision: checkMinRevision(minRevision),
  };
}

/** What differs from what is read by whoever says nothing, as a request carries it; null if nothing does. */
export function saidOptions(read: ReadOptions): Partial<ReadOptions> | null {
  const { consistency, maxStalenessMs, minRevision } = read;
  const said = {
    ...(consistency === defaultReadOptions.consistency ? {} : { consistency }),
    ...(maxStalenessMs === null ? {} : { maxStalenessMs }),
    ...(minRevision === 0 ? {} : { minRevision }),
  };
  return Object.keys(said).length === 0 ? null : said;
}

function checkMaxStaleness(given: unknown, consistency: ReadConsistency): number | null {
  const isBounded = consistency === 'bounded';
  if (given === undefined && !isBounded) return null;
  if (isBounded && typeof given === 'number' && Number.isFinite(given) && given >= 0) return given;
  const reason = isBounded
    ? 'a bounded read takes maxStalenessMs, a number of milliseconds from 0'
    : 'maxStalenessMs is for bounded reads';
  throw new InvalidRequest({ reason, field: 'maxStalenessMs' });
}

function checkMinRevision(given: unknown): number {
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= 0) return given;
  throw new InvalidRevision({ given: String(given).slice(0, 64) });
}
