import { type ConnectOptions, connect, type Store } from '@quorate/client';
import type { Command } from 'commander';
import { clientOf, clientOption } from './options/client-option.ts';
import { connectionOptions } from './options/connection-options.ts';
import { addGroupOptions, type GroupFlags, timeoutOption } from './options/group-options.ts';
import { addNatsOptions, natsSettings } from './options/nats-options.ts';
import { defaultServer } from './options/nats-settings.ts';

/** The flags of a command that speaks to the nodes of a group. `timeoutMs` is what a request may take unless told otherwise. */
export function addStoreOptions(command: Command, timeoutMs?: number): Command {
  addGroupOptions(command).addOption(timeoutOption(timeoutMs)).addOption(clientOption());
  return addNatsOptions(command, `NATS servers, with commas between (default: NATS_URL, or ${defaultServer})`);
}

/** What the SDK is told by those flags. A command that writes once needs no session: opening one takes as long as the write. @throws {UsageError} if they cannot be used */
export function connectOptions(command: Command): ConnectOptions {
  const { cluster, group, timeout } = command.opts<GroupFlags & { readonly timeout: number }>();
  return {
    cluster,
    group,
    timeoutMs: timeout,
    sessions: false,
    nats: { name: 'quorate command', ...connectionOptions(natsSettings(command)) },
  };
}

/** Connects to the group that a command's flags name, unless `options.signal` ends that, and closes the store however `use` ends. */
export async function withStore(
  command: Command,
  use: (store: Store) => Promise<void>,
  options: Pick<ConnectOptions, 'signal' | 'sessions'> = {},
): Promise<void> {
  const store = await connect({ ...connectOptions(command), ...clientOf(command.opts()), ...options });
  try {
    await use(store);
  } finally {
    await store.close();
  }
}
