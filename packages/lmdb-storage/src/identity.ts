import type { FormationRecord } from '@quorate/raft';
import { CorruptRecord } from '@quorate/raft';
import { z } from 'zod';
import { bufferOn } from './bytes.ts';
import { headerLength, seal, unseal } from './checked-record.ts';
import { formationRecordSchema, storageIdSchema } from './formation-record.ts';
import type { LogCommit, LogEnvironment } from './log-environment.ts';

/** What a data folder is, as its log environment knows it. */
export interface Identity {
  readonly storageId: string;
  /** How often the folder was opened. 0 in one that was made and never opened. */
  readonly incarnation: number;
}

const identitySchema = z.strictObject({
  storageId: storageIdSchema,
  incarnation: z.number().int().nonnegative(),
});

const identityKey = Buffer.from('identity');
const formationKey = Buffer.from('formation');

/** Makes an identity durable. */
export async function saveIdentity(environment: LogEnvironment, identity: Identity): Promise<void> {
  await save(environment, identityKey, identity);
}

/** @throws {CorruptRecord} if there is none, or it does not pass its check */
export function loadIdentity(environment: LogEnvironment): Identity {
  const identity = load(environment, identityKey, 'the identity', identitySchema);
  if (identity === null) throw new CorruptRecord('the identity', 'it is missing');
  return identity;
}

/** Makes a formation record durable, and in the same commit what `write` adds. */
export async function saveFormation(
  environment: LogEnvironment,
  record: FormationRecord,
  write: (commit: LogCommit) => void = () => {},
): Promise<void> {
  await save(environment, formationKey, record, write);
}

/** Null if none was ever saved. @throws {CorruptRecord} if it does not pass its check */
export function loadFormation(environment: LogEnvironment): FormationRecord | null {
  return load(environment, formationKey, 'the formation record', formationRecordSchema);
}

async function save(
  environment: LogEnvironment,
  key: Buffer,
  content: unknown,
  write: (commit: LogCommit) => void = () => {},
): Promise<void> {
  const record = Buffer.concat([Buffer.alloc(headerLength), Buffer.from(JSON.stringify(content))]);
  seal(record, 0);
  await environment.commit((commit) => {
    commit.put(environment.identity, key, record);
    write(commit);
  });
}

function load<Content>(
  environment: LogEnvironment,
  key: Buffer,
  where: string,
  schema: z.ZodType<Content>,
): Content | null {
  const bytes = environment.identity.getBinary(key);
  if (bytes === undefined) return null;
  const record = bufferOn(bytes);
  unseal(record, 0, where);
  const content = schema.safeParse(JSON.parse(record.toString('utf8', headerLength)));
  if (!content.success) throw new CorruptRecord(where, 'it has the wrong shape');
  return content.data;
}
