import { setTimeout as after } from 'node:timers/promises';
import { type ClusterMembers, NoLeader, type Store, Timeout, Unavailable } from '@quorate/client';
import { type Command, Option } from 'commander';
import { CommandFailure, UsageError } from '../../command-error.ts';
import { writeLine } from '../../output/output.ts';
import { StatusLine } from '../../output/status-line.ts';
import { withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';
import { addChangeOptions, idsArgument, isForced } from './change.ts';

const lookEveryMs = 200;

interface Pair {
  readonly old: string;
  readonly fresh: string;
}

/** `quorate members replace`: machines in the places of others. */
export function addReplace(members: Command): void {
  const command = members
    .command('replace')
    .summary('put machines in the places of others')
    .description(
      'Adds each new node as a learner, unless it is one; when it has caught up it gets a vote, and in the same step the old one goes, also if it is gone already or leads. Prints the index of the first configuration, and waits until all is done. The same again goes on where it was interrupted.',
    )
    .usage('[options] OLD NEW [OLD NEW …]')
    .addArgument(idsArgument('pairs of ids: a member, and the node that is to take its place'))
    .addOption(new Option('--no-wait', 'do not wait until the new ones have caught up'));
  addChangeOptions(command).action((ids: readonly string[]) => replace(command, ids));
  addExamples(command, [
    ['quorate members replace n2 n4', 'n4 for n2'],
    ['quorate members replace n1 n4 n2 n5 --no-wait', 'two machines, at once'],
  ]);
}

async function replace(command: Command, ids: readonly string[]): Promise<void> {
  const { wait } = command.opts<{ readonly wait: boolean }>();
  const pairs = pairsOf(ids);
  await withStore(command, async (store) => {
    const now = await store.members();
    const add = pairs.filter((pair) => !isReplacing(now, pair)).map(({ old, fresh }) => ({ id: fresh, replaces: old }));
    if (add.length > 0) {
      const { index } = await store.changeMembers({ add, force: isForced(command) });
      await writeLine(String(index));
    }
    if (wait) await untilReplaced(store, pairs);
  });
}

/** @throws {UsageError} unless ids stand in pairs */
function pairsOf(ids: readonly string[]): readonly Pair[] {
  if (ids.length % 2 !== 0) throw new UsageError('replace takes pairs of ids: the old one, and the new one');
  return ids.flatMap((old, at) => (at % 2 === 0 ? [{ old, fresh: ids[at + 1] ?? '' }] : []));
}

/** Whether it is done, or the last step is on its way, by what was asked for before: the voters are changing, and nothing else may be asked of them. */
function isReplacing({ members, removed }: ClusterMembers, { old, fresh }: Pair): boolean {
  return removed.includes(old) && members.some(({ id, role }) => id === fresh && role === 'voter');
}

/** A cluster that has no leader for a while goes on when it has one. */
async function untilReplaced(store: Store, pairs: readonly Pair[]): Promise<void> {
  const line = new StatusLine();
  try {
    for (;;) {
      const now = await membersNow(store);
      if (now !== null && pairs.every((pair) => isReplaced(now, pair))) return;
      line.show(now === null ? 'waiting for a leader' : pairs.map((pair) => pairText(now, pair)).join(', '));
      await after(lookEveryMs);
    }
  } finally {
    line.end();
  }
}

async function membersNow(store: Store): Promise<ClusterMembers | null> {
  try {
    const members = await store.members();
    return members.leader === null ? null : members;
  } catch (error) {
    if (error instanceof NoLeader || error instanceof Timeout || error instanceof Unavailable) return null;
    throw error;
  }
}

/** @throws {CommandFailure} if the new one is no member any more */
function isReplaced({ members, removed }: ClusterMembers, { old, fresh }: Pair): boolean {
  if (removed.includes(fresh))
    throw new CommandFailure(`${fresh} was removed before it could take the place of ${old}`);
  const isVoter = members.some(({ id, role }) => id === fresh && role === 'voter');
  return isVoter && !members.some(({ id }) => id === old);
}

function pairText({ members }: ClusterMembers, { old, fresh }: Pair): string {
  const learner = members.find(({ id }) => id === fresh);
  if (learner?.role === 'voter') return `${fresh} is in the place of ${old}`;
  return `${fresh} lacks ${learner?.lag ?? 'all'} entries`;
}
