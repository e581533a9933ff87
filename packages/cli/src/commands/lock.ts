import { hostname } from 'node:os';
import type { HeldLock } from '@quorate/client';
import { checkKey } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { UsageError } from '../command-error.ts';
import { runLocked } from '../lock/run-locked.ts';
import { duration } from '../options/option-values.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface LockFlags {
  readonly ttl: number;
  readonly wait?: number | 'no';
  readonly killAfter: number;
}

/** `quorate lock`: runs a command under a lock. */
export function addLock(program: Command): void {
  const command = program
    .command('lock')
    .summary('run a command under a lock')
    .description(
      'Takes a lock, runs a command, and releases the lock when it has ended. Those who wait get the lock in the order in which they came. If the lock is lost the command is ended: with SIGTERM, and then SIGKILL; what it has started itself it has to end itself. The exit code is that of the command; 1 if the lock was not to be had, or was lost.',
    )
    .argument('<name>', 'the key of the lock')
    .argument('<command...>', 'what is run, behind --')
    .addOption(
      new Option('--ttl <duration>', 'how long the lock outlives this machine: from 1s to 24h')
        .argParser(duration)
        .default(10_000, '10s'),
    )
    .addOption(
      new Option('--wait <duration>', 'how long to wait for it, or no; for ever if not given').argParser((text) =>
        text === 'no' ? text : duration(text),
      ),
    )
    .addOption(
      new Option('--kill-after <duration>', 'how long the command may take to end when the lock is lost')
        .argParser(duration)
        .default(5_000, '5s'),
    );
  addStoreOptions(command).action((name: string, args: readonly string[]) => lock(command, name, args));
  addExamples(command, [
    ['quorate lock /locks/deploy -- ./deploy.sh', 'one at a time, wherever they run'],
    ['quorate lock /locks/nightly --wait no -- ./nightly.sh', 'not at all if another does it'],
    [
      `quorate lock /locks/deploy -- sh -c 'quorate put /app/version 7 --fence "$QUORATE_LOCK:$QUORATE_LOCK_TOKEN"'`,
      'refused by the nodes if the lock has moved on',
    ],
  ]);
}

async function lock(command: Command, name: string, [file, ...args]: readonly string[]): Promise<void> {
  const { ttl, wait, killAfter } = command.opts<LockFlags>();
  checkKey(name);
  if (file === undefined) throw new UsageError('lock takes a command, behind --');
  const waiting = wait === undefined ? {} : { waitMs: wait === 'no' ? 0 : wait };
  await withStore(
    command,
    async (store) => {
      const value = `${hostname()}, process ${process.pid}`;
      const held = await untilInterrupted('the lock was not taken', (signal) =>
        store.lock(name, { ttlMs: ttl, value, signal, ...waiting }),
      );
      process.exitCode = await whileHeld(held, () => runLocked({ file, args, killAfterMs: killAfter }, held));
    },
    // A lock that was taken, and of which nobody knows, would be in everybody's way for its time.
    { sessions: true },
  );
}

async function whileHeld<Result>(held: HeldLock, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } finally {
    await held.release();
  }
}
