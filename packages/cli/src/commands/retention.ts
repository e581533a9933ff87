import type { HistoryState, Retention, Store } from '@quorate/client';
import { MAX_RETENTION_VERSIONS } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { duration, integer } from '../options/option-values.ts';
import { jsonOption } from '../options/request-options.ts';
import { writeLine } from '../output/output.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface RetentionFlags {
  readonly maxAge?: number | 'all';
  readonly maxVersions?: number | 'all';
  readonly json?: boolean;
}

/** `quorate retention`: how much history is kept. */
export function addRetention(program: Command): void {
  const command = program
    .command('retention')
    .summary('show or set how much history is kept')
    .description('Prints how much history there is and is kept; with a flag it sets that first, for all nodes.')
    .addOption(
      new Option('--max-age <duration>', 'every state of so long ago can be read: 24h, or all').argParser(
        orAll(duration),
      ),
    )
    .addOption(
      new Option('--max-versions <number>', 'so many past versions of each key keep their values, or all').argParser(
        orAll(integer(1, MAX_RETENTION_VERSIONS)),
      ),
    )
    .addOption(jsonOption());
  addStoreOptions(command).action(() => retention(command));
  addExamples(command, [
    ['quorate retention', 'as it is'],
    ['quorate retention --max-age 7d', 'a week'],
    ['quorate retention --max-age all --max-versions 10', 'ten past versions of each key, however old'],
  ]);
}

const orAll =
  (parse: (text: string) => number) =>
  (text: string): number | 'all' =>
    text === 'all' ? text : parse(text);

async function retention(command: Command): Promise<void> {
  const flags = command.opts<RetentionFlags>();
  await withStore(command, async (store) => {
    await setRetention(store, flags);
    const state = await store.historyState();
    await writeLine(flags.json === true ? JSON.stringify(stateToJson(state)) : stateText(state));
  });
}

/** What is not named stays as it is. */
async function setRetention(store: Store, { maxAge, maxVersions }: RetentionFlags): Promise<void> {
  if (maxAge === undefined && maxVersions === undefined) return;
  const { retention: before } = await store.historyState();
  await store.setRetention({
    maxAgeMs: settingOf(maxAge, before.maxAgeMs),
    maxVersions: settingOf(maxVersions, before.maxVersions),
  });
}

const settingOf = (flag: number | 'all' | undefined, before: number | null): number | null =>
  flag === 'all' ? null : (flag ?? before);

const stateToJson = ({ retention: kept, oldestRevision, revision, stateHash }: HistoryState): object => ({
  ...kept,
  oldestRevision: String(oldestRevision),
  revision: String(revision),
  stateHash,
});

const stateText = ({ retention: kept, oldestRevision, revision, stateHash }: HistoryState): string =>
  [
    `age        ${ageText(kept)}`,
    `versions   ${kept.maxVersions ?? 'all'}`,
    `revisions  ${oldestRevision} to ${revision}`,
    `state      ${stateHash}`,
  ].join('\n');

function ageText({ maxAgeMs }: Retention): string {
  if (maxAgeMs === null) return 'all';
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const;
  const [unit, unitMs] = units.find(([, ms]) => maxAgeMs >= ms && maxAgeMs % ms === 0) ?? ['ms', 1];
  return `${maxAgeMs / unitMs}${unit}`;
}
