import { InvalidCommand } from '../errors.ts';
import { checkPrefix } from '../limits.ts';
import { InvalidQuota } from './errors.ts';
import type { QuotaCommand } from './quota-commands.ts';

/** @throws {InvalidQuota | InvalidKey | KeyTooLarge | InvalidCommand} */
export function checkQuotaCommand(command: QuotaCommand): void {
  // A caller in plain JavaScript is bound by no type.
  if (typeof command.prefix !== 'string') throw new InvalidCommand({ reason: 'the prefix is no text' });
  checkPrefix(command.prefix);
  if (command.kind === 'deleteQuota') return;
  const { maxKeys, maxBytes } = command;
  if (maxKeys === null && maxBytes === null) throw new InvalidQuota({ reason: 'it limits neither keys nor bytes' });
  for (const [name, limit] of [['maxKeys', maxKeys] as const, ['maxBytes', maxBytes] as const]) {
    if (limit === null || (Number.isSafeInteger(limit) && limit >= 0 && limit < Number.MAX_SAFE_INTEGER)) continue;
    throw new InvalidQuota({ reason: `${name} is ${String(limit)}, no integer from 0` });
  }
}
