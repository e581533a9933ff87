import { type ReadConsistency, readConsistency } from '@quorate/raft';
import { InvalidRequest } from './errors.ts';

/** What a read may say beside what it reads. */
export interface ReadOptions {
  readonly consistency: ReadConsistency;
}

/** What is read by whoever says nothing. */
export const defaultReadOptions: ReadOptions = { consistency: 'linearizable' };

/** What a caller says of a read. @throws {InvalidRequest} if an option is not known, or is none that it could be */
export function readOptionsOf(options: Readonly<Record<string, unknown>>): ReadOptions {
  for (const field of Object.keys(options)) {
    if (field === 'consistency') continue;
    throw new InvalidRequest({ reason: `the option ${JSON.stringify(field.slice(0, 64))} is not known`, field: null });
  }
  const { consistency = defaultReadOptions.consistency } = options;
  const parsed = readConsistency.safeParse(consistency);
  if (parsed.success) return { consistency: parsed.data };
  const kinds = readConsistency.options.join(' or ');
  throw new InvalidRequest({ reason: `consistency is ${kinds}`, field: 'consistency' });
}
