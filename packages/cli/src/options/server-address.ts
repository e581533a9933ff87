import { UsageError } from '../command-error.ts';

/** A server as `--nats` names it. */
export interface ServerAddress {
  /** Without what stands before an `@`. */
  readonly url: string;
  readonly usesTls: boolean;
  /** Who stands before the `@`: a user, with a password or without, or a token, which is a user to the eye. Null if nobody does. */
  readonly user: string | null;
  readonly password: string | null;
}

/** Takes `nats://host:port`, `tls://host:port` or `host:port`, or several with commas between. @throws {UsageError} */
export function parseServers(text: string): readonly ServerAddress[] {
  return text.split(',').map((part) => parseServer(part.trim()));
}

function parseServer(text: string): ServerAddress {
  const address = text.includes('://') ? text : `nats://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^(nats|tls):$/.test(url.protocol) || url.hostname === '' || !/^\/?$/.test(url.pathname)) {
    // What is not understood is not shown either: it may hold a password.
    throw new UsageError('--nats takes nats://host:port, tls://host:port or host:port, with commas between');
  }
  return {
    url: `${url.protocol}//${url.host}`,
    usesTls: url.protocol === 'tls:',
    user: url.username === '' ? null : decode(url.username),
    password: url.password === '' ? null : decode(url.password),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
