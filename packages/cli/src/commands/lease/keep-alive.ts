import { setTimeout as sleep } from 'node:timers/promises';
import { QuorateError, type Store } from '@quorate/client';
import { type Command, Option } from 'commander';
import { lineOf } from '../../command-outcome.ts';
import { counter } from '../../options/option-values.ts';
import { ownerOf, ownerOption } from '../../options/request-options.ts';
import { say } from '../../output/output.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

interface KeepAliveFlags {
  readonly once?: boolean;
  readonly owner?: string;
}

const retryMs = 300;
/** Errors that may pass. */
const passingCodes: ReadonlySet<string> = new Set([
  'NoLeader',
  'Unavailable',
  'Timeout',
  'Overloaded',
  'OutcomeUnknown',
]);

/** `quorate lease keep-alive`: gives a lease its full time again and again. */
export function addKeepAlive(lease: Command): void {
  const command = lease
    .command('keep-alive')
    .summary('keep a lease alive')
    .description(
      'Gives a lease its full time again, three times in that time, until it is interrupted or the lease ends.',
    )
    .argument('<lease>', 'its id', counter(1n))
    .addOption(new Option('--once', 'give it its full time again, and end'))
    .addOption(ownerOption('whose lease it is, if it has an owner'));
  addStoreOptions(command).action((id: bigint) => keepAlive(command, id));
  addExamples(command, [
    ['quorate lease keep-alive 17', 'until it is interrupted'],
    ['quorate lease keep-alive 17 --once', 'for a script that comes again'],
  ]);
}

async function keepAlive(command: Command, id: bigint): Promise<void> {
  const flags = command.opts<KeepAliveFlags>();
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await withStore(command, async (store) => {
      if (flags.once === true) return void (await store.leases.keepAlive(id, ownerOf(flags)));
      await keepOn(store, id, flags, interrupted.signal);
    });
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

async function keepOn(store: Store, id: bigint, flags: KeepAliveFlags, signal: AbortSignal): Promise<never> {
  for (;;) {
    const nextMs = await store.leases.keepAlive(id, { ...ownerOf(flags), signal }).then(
      ({ ttlMs }) => ttlMs / 3,
      (error: unknown) => {
        if (signal.aborted || !(error instanceof QuorateError) || !passingCodes.has(error.code)) throw error;
        say(lineOf(`${error.message} (${error.code}); trying again`));
        return retryMs;
      },
    );
    await sleep(nextMs, undefined, { signal });
  }
}
