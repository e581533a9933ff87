import { checkClientName } from './client-name.ts';
import type { Command, Query } from './command.ts';
import { checkContentType } from './content-type.ts';
import { InvalidCommand, InvalidQuery } from './errors.ts';
import { checkFence } from './fence/check-fence.ts';
import { checkRetention } from './history/retention.ts';
import { areKeys, checkRange } from './key-range.ts';
import { checkLeaseId, checkLeaseOwner, checkLeaseTtl } from './lease/check-lease.ts';
import { checkBound, checkKey, checkPageLimit, checkPrefix, checkRevision, checkValue } from './limits.ts';
import { checkQuotaCommand } from './quota/check-quota.ts';
import { checkPassedSchemas, checkSchemaCommand } from './schema/check-schema.ts';
import {
  checkFloor,
  checkSessionId,
  checkSessionPlace,
  checkSessionSalt,
  checkSessionTtl,
} from './session/check-session.ts';
import { checkTransaction } from './transaction/check-transaction.ts';

/**
 * Checks a command before it is proposed; the store checks it again when it applies it.
 * @throws {InvalidKey | KeyTooLarge | ValueTooLarge | InvalidContentType | InvalidRevision | InvalidCommand}
 * @throws {InvalidLease | InvalidFence | InvalidQuota | InvalidSchema}
 * @throws {InvalidRetention | InvalidSession | SessionWindowExceeded} and, for a transaction, what `checkTransaction` throws
 */
export function checkCommand(command: Command): void {
  if ('inSession' in command && command.inSession !== undefined) checkSessionPlace(command.inSession);
  if ('fence' in command) checkFence(command.fence);
  if ('client' in command) checkClientName(command.client);
  if ('passedSchemas' in command) checkPassedSchemas(command.passedSchemas);
  switch (command.kind) {
    case 'put':
      checkWrite(command.key, command.ifRevision);
      if (!(command.value instanceof Uint8Array)) throw new InvalidCommand({ reason: 'the value is no bytes' });
      checkValue(command.value);
      if (command.contentType !== undefined) checkContentType(command.contentType);
      if (command.lease !== undefined) checkLeaseId(command.lease);
      return;
    case 'delete':
      return checkWrite(command.key, command.ifRevision);
    case 'txn':
      return checkTransaction(command);
    case 'compact':
      if (command.revision !== null) checkPastRevision(command.revision);
      return;
    case 'setRetention':
      return checkRetention(command.retention);
    case 'grantLease':
      checkLeaseTtl(command.ttlMs);
      return checkLeaseOwner(command.owner);
    case 'keepLease':
    case 'revokeLease':
      checkLeaseId(command.lease);
      return checkLeaseOwner(command.owner);
    case 'setQuota':
    case 'deleteQuota':
      return checkQuotaCommand(command);
    case 'setSchema':
    case 'deleteSchema':
      return checkSchemaCommand(command);
    case 'openSession':
      checkSessionSalt(command.salt ?? 0);
      return checkSessionTtl(command.ttlMs);
    case 'keepSession':
      checkSessionId(command.session);
      return checkFloor(command.floor);
    case 'closeSession':
      return checkSessionId(command.session);
    default:
      throw new InvalidCommand({ reason: `its kind is not known: ${command satisfies never}` });
  }
}

function checkWrite(key: string, ifRevision: number | undefined): void {
  // A caller in plain JavaScript is bound by no type.
  if (typeof key !== 'string') throw new InvalidCommand({ reason: 'the key is no text' });
  checkKey(key);
  if (ifRevision !== undefined) checkRevision(ifRevision);
}

/**
 * Checks a query before it is sent, and before it is answered.
 * @throws {InvalidKey | KeyTooLarge | InvalidRange | InvalidLimit | InvalidRevision | InvalidQuery}
 */
export function checkQuery(query: Query): void {
  switch (query.kind) {
    case 'get':
      checkQueriedKey(query.key);
      return checkRevisionOf(query);
    case 'list':
      if (!areKeys(query.keys)) throw new InvalidQuery({ reason: 'the keys are none' });
      checkRange(query.keys);
      if (query.after !== null) checkBound('after', query.after);
      checkPageLimit(query.limit);
      return checkRevisionOf(query);
    case 'history':
      checkQueriedKey(query.key);
      if (query.before !== null) checkPastRevision(query.before);
      return checkPageLimit(query.limit);
    case 'retention':
      return;
    case 'quotas':
      return;
    case 'schemas':
      if (query.prefix !== null) checkQueriedPrefix(query.prefix);
      return;
    case 'leases':
      checkRevision(query.after);
      return checkPageLimit(query.limit);
    default:
      throw new InvalidQuery({ reason: `its kind is not known: ${query satisfies never}` });
  }
}

function checkQueriedKey(key: string): void {
  if (typeof key !== 'string') throw new InvalidQuery({ reason: 'the key is no text' });
  checkKey(key);
}

function checkQueriedPrefix(prefix: string): void {
  if (typeof prefix !== 'string') throw new InvalidQuery({ reason: 'the prefix is no text' });
  checkPrefix(prefix);
}

function checkRevisionOf({ revision }: { readonly revision: number | null }): void {
  if (revision !== null) checkPastRevision(revision);
}

/** The first revision is 1. @throws {InvalidRevision} */
function checkPastRevision(revision: number): void {
  checkRevision(revision, 1);
}
