import { InvalidCommand } from './errors.ts';

/** The longest name that a client may give itself. */
export const MAX_CLIENT_NAME_LENGTH = 128;

/** Printable, so that it can be shown. @throws {InvalidCommand} */
export function checkClientName(client: string | undefined): void {
  if (client === undefined) return;
  // A caller in plain JavaScript is bound by no type.
  const isText = typeof client === 'string' && client.length <= MAX_CLIENT_NAME_LENGTH;
  if (isText && /^[^\p{Cc}\p{Cs}]+$/u.test(client)) return;
  throw new InvalidCommand({
    reason: `the client is no text of 1 to ${MAX_CLIENT_NAME_LENGTH} characters without control characters`,
  });
}
