import type { TappedMessage } from '@quorate/client';
import { type Command, InvalidArgumentError } from 'commander';
import { name } from '../options/option-values.ts';
import { jsonOption } from '../options/request-options.ts';
import { writeLine } from '../output/output.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

/** An actor of a node. */
interface Tapped {
  readonly node: string;
  readonly actor: string;
}

/** `quorate tap`: what an actor is told, as it comes. */
export function addTap(program: Command): void {
  const command = program
    .command('tap')
    .summary("show an actor's messages live")
    .description(
      'Prints what an actor of a node is told, within the node too, until it is interrupted. Of bytes, and so of keys and values, only the number is shown.',
    )
    .argument('<node.actor>', 'such as n1.logStore, n1.leader or n1.replicator/n2', tapped)
    .addOption(jsonOption());
  addStoreOptions(command).action((given: Tapped) => tap(command, given));
  addExamples(command, [
    ['quorate tap n1.logStore', 'appends, votes and flushes'],
    ['quorate tap n1.replicator/n2 --json', "the leader's replicator for n2, an object a line"],
  ]);
}

function tapped(text: string): Tapped {
  const at = text.indexOf('.');
  if (at < 0) throw new InvalidArgumentError('It must be a node and an actor: n1.logStore.');
  return { node: name(text.slice(0, at)), actor: text.slice(at + 1) };
}

async function tap(command: Command, { node, actor }: Tapped): Promise<void> {
  const isJson = command.opts<{ readonly json?: boolean }>().json === true;
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await withStore(command, async (store) => {
      for await (const message of store.tap(node, actor, { signal: interrupted.signal })) {
        await writeLine(isJson ? JSON.stringify(message) : lineOf(message));
      }
    });
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** `12:00:00.125 n3 appendEntries {"term":3,…}` */
function lineOf({ atMs, from, kind, fields, skipped }: TappedMessage): string {
  const time = new Date(atMs).toISOString().slice(11, 23);
  const rest = fields === null ? '(too long)' : JSON.stringify(fields);
  const before = skipped === 0 ? '' : ` (${skipped} before it not shown)`;
  return `${time} ${from} ${kind} ${rest}${before}`;
}
