import type { BoundWrite, Write } from '@quorate/config-store';
import type { LogEntry } from '@quorate/raft';
import { commandOf } from '@quorate/wire';
import type { CommittedCommand, CommittedEntry, CommittedWrite } from './store.ts';
import type { Fence } from './transaction.ts';
import { toFence, transactionOf } from './transaction-of-command.ts';

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
    case 'openSession':
      return command;
    case 'keepSession':
      return { kind: 'keepSession', session: BigInt(command.session), floor: BigInt(command.floor) };
    case 'closeSession':
      return { kind: 'closeSession', session: BigInt(command.session) };
    default: {
      const { inSession, ...write } = command;
      if (inSession === undefined) return toBoundWrite(write);
      const { session, sequence, floor } = inSession;
      const place = { session: BigInt(session), sequence: BigInt(sequence), floor: BigInt(floor) };
      return { ...toBoundWrite(write), inSession: place };
    }
  }
}

function toBoundWrite({ fence, ...write }: BoundWrite): CommittedWrite & { readonly fence?: Fence } {
  return { ...toWrite(write), ...toFence(fence) };
}

function toWrite(command: Write): CommittedWrite {
  switch (command.kind) {
    case 'put': {
      const { ifRevision, lease, ...rest } = command;
      const leased = lease === undefined ? rest : { ...rest, lease: BigInt(lease) };
      return ifRevision === undefined ? leased : { ...leased, ifRevision: BigInt(ifRevision) };
    }
    case 'delete': {
      const { ifRevision, ...rest } = command;
      return ifRevision === undefined ? rest : { ...rest, ifRevision: BigInt(ifRevision) };
    }
    case 'txn':
      return { kind: 'txn', ...transactionOf(command) };
    case 'compact':
      return { kind: 'compact', revision: command.revision === null ? null : BigInt(command.revision) };
    case 'keepLease':
    case 'revokeLease':
      return { ...command, lease: BigInt(command.lease) };
    case 'setSchema': {
      const { checkedRevision, ...rest } = command;
      return { ...rest, checkedRevision: checkedRevision === null ? null : BigInt(checkedRevision) };
    }
    case 'setQuota':
    case 'deleteQuota':
    case 'deleteSchema':
    case 'grantLease':
    case 'setRetention':
      return command;
  }
}
