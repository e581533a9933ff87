import { hostname, userInfo } from 'node:os';
import { MAX_CLIENT_NAME_LENGTH } from '@quorate/config-store';
import { InvalidArgumentError, Option } from 'commander';

/** The flag by which a command says who writes. */
export interface ClientFlags {
  readonly client?: string;
}

/** `--client`: who writes, for whoever reads the history. */
export const clientOption = (): Option =>
  new Option('--client <name>', 'who writes, as history shows it; your user@host by default, "" for nobody')
    .env('QUORATE_CLIENT')
    .argParser(clientName);

function clientName(text: string): string {
  if (text === '' || isClientName(text)) return text;
  throw new InvalidArgumentError(
    `It must be 1 to ${MAX_CLIENT_NAME_LENGTH} characters without control characters, or "" for nobody.`,
  );
}

/** What the SDK is told of who writes. */
export function clientOf({ client = ownName() }: ClientFlags): { readonly client?: string } {
  return client === '' ? {} : { client };
}

/** The user at this machine, as the system has them; empty if it cannot be told. */
function ownName(): string {
  try {
    const name = `${userInfo().username}@${hostname()}`;
    return isClientName(name) ? name : '';
  } catch {
    // A user without a name, as in a container.
    return '';
  }
}

const isClientName = (text: string): boolean =>
  text.length <= MAX_CLIENT_NAME_LENGTH && /^[^\p{Cc}\p{Cs}]+$/u.test(text);
