import type { Store } from '@quorate/client';
import { checkKey, checkPrefix } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { planSummary, planText } from '../changes/change-text.ts';
import { makeChanges } from '../changes/make-changes.ts';
import { type PlannedChange, planChanges, readKeys } from '../changes/planned-change.ts';
import { counter } from '../options/option-values.ts';
import { confirm } from '../output/confirm.ts';
import { say, write, writeLine } from '../output/output.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface RollbackFlags {
  readonly to: bigint;
  readonly prefix?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** `quorate rollback`: what keys held once, again, by one new transaction. */
export function addRollback(program: Command): void {
  const command = program
    .command('rollback')
    .summary('bring back what keys held after a revision')
    .description(
      'Brings a key back to what it held after a revision, or all keys that begin with a prefix: those that came to exist since go, those that went come back. It shows what would change, asks, and does it in one transaction, unless somebody has written one of the keys meanwhile. History stays: it is a new change like any other. A key that had a lease comes back without one.',
    )
    .argument('<key>', 'a key, or a prefix: what ends with / is one')
    .addOption(new Option('--to <revision>', 'the revision to go back to').makeOptionMandatory().argParser(counter(1n)))
    .addOption(new Option('--prefix', 'it is a prefix, whatever it ends with'))
    .addOption(new Option('--yes', 'do not ask'))
    .addOption(new Option('--dry-run', 'show what would change, and write nothing').conflicts('yes'));
  addStoreOptions(command).action((key: string) => rollback(command, key));
  addExamples(command, [
    ['quorate rollback /app/db/url --to 41', 'one key'],
    ['quorate rollback /app/ --to 41 --dry-run', 'what would change in all that begin with it'],
    ["quorate rollback '' --prefix --to 41 --yes", 'everything, unasked'],
  ]);
}

async function rollback(command: Command, key: string): Promise<void> {
  const flags = command.opts<RollbackFlags>();
  const isPrefix = flags.prefix === true || key.endsWith('/');
  if (isPrefix) checkPrefix(key);
  else checkKey(key);
  await withStore(command, async (store) => {
    const changes = isPrefix ? await planOfPrefix(store, key, flags.to) : await planOfKey(store, key, flags.to);
    if (changes.length === 0) return say('quorate: nothing has changed since');
    await write(planText(changes));
    say(planSummary(changes));
    if (flags.dryRun === true) return;
    if (flags.yes !== true) await confirm(`Go back to revision ${flags.to}?`);
    await writeLine(String(await makeChanges(store, changes)));
  });
}

async function planOfPrefix(store: Store, prefix: string, to: bigint): Promise<readonly PlannedChange[]> {
  const then = await readKeys(store, prefix, to);
  const now = await readKeys(store, prefix);
  return planChanges(now.entries, then.entries, { prunes: true });
}

async function planOfKey(store: Store, key: string, to: bigint): Promise<readonly PlannedChange[]> {
  const then = await store.get(key, { revision: to });
  const now = await store.get(key);
  const mapOf = <Held>(held: Held | null): ReadonlyMap<string, Held> => new Map(held === null ? [] : [[key, held]]);
  return planChanges(mapOf(now), mapOf(then), { prunes: true });
}
