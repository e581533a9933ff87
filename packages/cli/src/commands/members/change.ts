import type { MemberChanges } from '@quorate/client';
import { Argument, type Command, Option } from 'commander';
import { name } from '../../options/option-values.ts';
import { writeLine } from '../../output/output.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';

/** One id or more. */
export const idsArgument = (description: string): Argument =>
  new Argument('<ids...>', description).argParser((text: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    name(text),
  ]);

/** The flags of a command that changes the members. */
export const addChangeOptions = (command: Command): Command =>
  addStoreOptions(
    command.addOption(
      new Option('--force', 'also if too few of the voters would answer afterwards, or a learner lags'),
    ),
  );

/** Whether `--force` was given. */
export const isForced = (command: Command): boolean => command.opts<{ readonly force?: boolean }>().force === true;

/** Makes a change, and prints where in the log the new configuration stands. */
export async function change(command: Command, changes: MemberChanges): Promise<void> {
  await withStore(command, async (store) => {
    const { index } = await store.changeMembers({ ...changes, force: isForced(command) });
    await writeLine(String(index));
  });
}
