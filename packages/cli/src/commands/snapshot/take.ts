import { type ClusterStatus, type NodeSnapshot, type Store, snapshotToJson, Unavailable } from '@quorate/client';
import { Argument, type Command } from 'commander';
import { CommandFailure } from '../../command-error.ts';
import { lineOf } from '../../command-outcome.ts';
import { name } from '../../options/option-values.ts';
import { jsonOption } from '../../options/request-options.ts';
import { say, writeLine } from '../../output/output.ts';
import { nodeSnapshotLines } from '../../output/snapshot-text.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';
import { snapshotTimeoutMs } from './snapshot-timeout.ts';

/** `quorate snapshot take`, which `quorate snapshot` alone is as well. */
export function addTake(snapshot: Command): void {
  const command = snapshot
    .command('take', { isDefault: true })
    .summary('have nodes take a snapshot now')
    .description(
      'Has every member, or those that are named, take a snapshot of what it has applied, and shows what each has then. A node whose newest covers that already takes none.',
    )
    .addArgument(
      new Argument('[nodes...]', 'the ids of nodes; all members if none is given').argParser(
        (text: string, before: readonly string[] | undefined) => [...(before ?? []), name(text)],
      ),
    )
    .addOption(jsonOption());
  addStoreOptions(command, snapshotTimeoutMs).action((nodes: readonly string[] | undefined) =>
    take(command, nodes ?? []),
  );
  addExamples(command, [
    ['quorate snapshot', 'on every member'],
    ['quorate snapshot n2 --json', 'on one, as JSON'],
  ]);
}

async function take(command: Command, named: readonly string[]): Promise<void> {
  const { json, timeout: timeoutMs } = command.opts<{ readonly json?: boolean; readonly timeout: number }>();
  await withStore(command, async (store) => {
    const status = await store.status();
    const nodes = named.length > 0 ? named : membersIn(status);
    const outcomes = await Promise.allSettled(nodes.map((node) => takeOn(store, node, status, timeoutMs)));
    const taken = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    await print(taken, json === true);
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [reasonOf(outcome.reason)] : []));
    for (const failure of failures) say(lineOf(failure));
    if (failures.length > 0) throw new CommandFailure(`${failures.length} of ${nodes.length} nodes took no snapshot`);
  });
}

async function print(taken: readonly NodeSnapshot[], json: boolean): Promise<void> {
  if (json) return writeLine(JSON.stringify({ snapshots: taken.map(snapshotToJson) }));
  for (const line of taken.length === 0 ? [] : nodeSnapshotLines(taken)) await writeLine(line);
}

/** @throws {Unavailable} if nobody is in a cluster */
function membersIn({ nodes }: ClusterStatus): readonly string[] {
  const members = nodes.filter(({ role }) => role !== null && role !== 'removed').map(({ id }) => id);
  if (members.length === 0) throw new Unavailable('no member answers: is the cluster formed?');
  return members;
}

/** Who is not there now is not waited for. */
async function takeOn(store: Store, node: string, { nodes }: ClusterStatus, timeoutMs: number): Promise<NodeSnapshot> {
  const isThere = nodes.some(({ id, role }) => id === node && role !== 'unreachable');
  if (!isThere) throw new Unavailable(`node ${node} does not answer`);
  return store.takeSnapshot(node, { timeoutMs });
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
