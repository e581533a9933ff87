import { type GroupId, isName } from '@quorate/actor';
import { CorruptRecord, type FormationRecord } from '@quorate/raft';
import type { z } from 'zod';
import { bufferOn } from './bytes.ts';
import { headerLength, seal, unseal } from './checked-record.ts';
import { type Essentials, identitySchema } from './essentials.ts';
import { formationRecordSchema } from './formation-record.ts';
import { groupPrefix, groupSeed } from './group-key.ts';
import type { BinaryTable, LogCommit, LogEnvironment } from './log-environment.ts';
import { readHardState, readPromise, recordHardState, recordPromise } from './log-record.ts';

const identityKey = Buffer.from('identity');
const formationKey = Buffer.from('formation');

/** Makes all of it durable. */
export async function saveEssentials(
  environment: LogEnvironment,
  essentials: Essentials,
  more: (commit: LogCommit) => void = () => {},
): Promise<void> {
  const { identity, formation, hardStates, longestPromises } = essentials;
  await environment.commit((commit) => {
    commit.put(environment.identity, identityKey, recordContent(identity));
    if (formation !== null) commit.put(environment.identity, formationKey, recordContent(formation));
    for (const [group, state] of hardStates) {
      commit.put(environment.hardStates, groupPrefix(group), recordHardState(state, groupSeed(group)));
    }
    for (const [group, ms] of longestPromises) {
      commit.put(environment.promises, groupPrefix(group), recordPromise(ms, groupSeed(group)));
    }
    more(commit);
  }, essentials);
}

/** All of it, as the log's environment has it. @throws {CorruptRecord} if there is no identity, or a record does not pass its check */
export function loadEssentials(environment: LogEnvironment): Essentials {
  const identity = load(environment, identityKey, 'the identity', identitySchema);
  if (identity === null) throw new CorruptRecord('the identity', 'it is missing');
  const formation = load(environment, formationKey, 'the formation record', formationRecordSchema);
  const hardStates = loadByGroup(environment.hardStates, 'hard state', readHardState);
  const longestPromises = loadByGroup(environment.promises, 'longest promise', readPromise);
  return { identity, formation, hardStates, longestPromises };
}

function loadByGroup<Content>(
  table: BinaryTable,
  what: string,
  read: (stored: Uint8Array, seed: number, where: string) => Content,
): ReadonlyMap<GroupId, Content> {
  const contents = new Map<GroupId, Content>();
  for (const { key, value } of table.getRange({})) {
    const group = key.toString('utf8', 0, key.length - 1);
    if (!isGroupId(group) || !groupPrefix(group).equals(key)) throw new CorruptRecord(`a ${what}`, 'a key is no group');
    contents.set(group, read(value, groupSeed(group), `the ${what} of group ${group}`));
  }
  return contents;
}

const isGroupId = (text: string): text is GroupId => isName(text);

/** Makes a formation record durable, and in the same commit what `write` adds; `change` is what of that has a second copy. */
export async function saveFormation(
  environment: LogEnvironment,
  formation: FormationRecord,
  write: (commit: LogCommit) => void = () => {},
  change: Partial<Essentials> = {},
): Promise<void> {
  const bytes = recordContent(formation);
  await environment.commit(
    (commit) => {
      commit.put(environment.identity, formationKey, bytes);
      write(commit);
    },
    { ...change, formation },
  );
}

function recordContent(content: unknown): Buffer {
  const record = Buffer.concat([Buffer.alloc(headerLength), Buffer.from(JSON.stringify(content))]);
  seal(record, 0);
  return record;
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
