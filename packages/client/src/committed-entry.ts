import type { LogEntry } from '@quorate/raft';
import { commandOf } from '@quorate/wire';
import type { CommittedCommand, CommittedEntry } from './store.ts';
import { transactionOf } from './transaction-of-command.ts';

/** An entry of the log as callers get it. */
export function toCommittedEntry(entry: LogEntry): CommittedEntry {
  return {
    index: BigInt(entry.index),
    term: BigInt(entry.term),
    kind: entry.kind,
    timestampUs: BigInt(entry.timestampUs),
    logTimeMs: BigInt(entry.logTimeMs),
    command: toCommand(entry),
    commandBytes: entry.command,
    fields: entry.fields ?? {},
  };
}

function toCommand(entry: LogEntry): CommittedCommand | null {
  const command = commandOf(entry);
  if (command === null) return null;
  switch (command.kind) {
    case 'put':
    case 'delete': {
      const { ifRevision, ...rest } = command;
      return ifRevision === undefined ? rest : { ...rest, ifRevision: BigInt(ifRevision) };
    }
    case 'txn':
      return { kind: 'txn', ...transactionOf(command) };
    case 'compact':
      return { kind: 'compact', revision: command.revision === null ? null : BigInt(command.revision) };
    case 'setRetention':
      return command;
  }
}
