import type { CommittedCommand, CommittedWrite, KeySelection, Operation } from '@quorate/client';
import { escaped, previewOf } from './preview.ts';

/** A command in a line, for people. */
export function commandText(command: CommittedCommand): string {
  switch (command.kind) {
    case 'openSession':
      return `open a session of ${command.ttlMs} ms`;
    case 'keepSession':
      return `keep session ${command.session}`;
    case 'closeSession':
      return `close session ${command.session}`;
    default: {
      const { inSession, fence } = command;
      const place = inSession === undefined ? '' : ` (session ${inSession.session}, write ${inSession.sequence})`;
      const held = fence === undefined ? '' : ` while ${escaped(fence.lock)} is held with ${fence.token}`;
      return `${writeText(command)}${held}${place}`;
    }
  }
}

function writeText(command: CommittedWrite): string {
  switch (command.kind) {
    case 'put':
      return `put ${escaped(command.key)}${leaseText(command.lease)}${conditionText(command.ifRevision)} ${previewOf(command.value)}`;
    case 'delete':
      return `delete ${escaped(command.key)}${conditionText(command.ifRevision)}`;
    case 'txn': {
      const { compare, then, else: otherwise } = command;
      const condition = compare.length === 0 ? '' : ` if ${compare.length} hold${compare.length === 1 ? 's' : ''}`;
      return `txn${condition}: ${listText(then)}${otherwise.length === 0 ? '' : `, else: ${listText(otherwise)}`}`;
    }
    case 'compact':
      return command.revision === null ? 'compact' : `compact before revision ${command.revision}`;
    case 'setRetention': {
      const { maxAgeMs, maxVersions } = command.retention;
      return `set retention: ${maxAgeMs === null ? 'any age' : `${maxAgeMs} ms`}, ${maxVersions ?? 'all'} versions`;
    }
    case 'grantLease':
      return `grant a lease of ${command.ttlMs} ms${command.owner === undefined ? '' : ` to ${escaped(command.owner)}`}`;
    case 'keepLease':
      return `keep lease ${command.lease}`;
    case 'revokeLease':
      return `revoke lease ${command.lease}`;
    case 'setQuota': {
      const { prefix, maxKeys, maxBytes } = command;
      return `set quota of ${escaped(prefix)}*: ${maxKeys ?? 'any'} keys, ${maxBytes ?? 'any'} bytes`;
    }
    case 'deleteQuota':
      return `delete quota of ${escaped(command.prefix)}*`;
    case 'setSchema':
      return `set schema of ${escaped(command.prefix)}*`;
    case 'deleteSchema':
      return `delete schema of ${escaped(command.prefix)}*`;
  }
}

const leaseText = (lease: bigint | undefined): string => (lease === undefined ? '' : ` with lease ${lease}`);

const conditionText = (ifRevision: bigint | undefined): string =>
  ifRevision === undefined ? '' : ` if at revision ${ifRevision}`;

const listText = (operations: readonly Operation[]): string =>
  operations.length === 0 ? 'nothing' : operations.map(operationText).join(', ');

function operationText(operation: Operation): string {
  if (operation.op === 'txn') return 'txn';
  return `${operation.op} ${keysText(operation)}`;
}

function keysText(keys: KeySelection): string {
  if ('key' in keys) return escaped(keys.key);
  return 'prefix' in keys ? `${escaped(keys.prefix)}*` : `${escaped(keys.from)}..${escaped(keys.to ?? '')}`;
}
