import { readFileSync } from 'node:fs';
import { type ConnectionOptions, credsAuthenticator, nkeyAuthenticator, type TlsOptions } from 'nats';
import { UsageError } from '../command-error.ts';
import type { Credentials, NatsSettings, TlsSettings } from './nats-settings.ts';

/**
 * What the `nats` package is given. Files of credentials are read at every dial, so that a long-lived node takes new ones.
 * @throws {UsageError} if a file cannot be read, or holds no such credentials
 */
export function connectionOptions(settings: NatsSettings): ConnectionOptions {
  return {
    servers: [...settings.servers],
    ...credentialOptions(settings.credentials),
    ...(settings.tls === null ? {} : { tls: tlsOptions(settings.tls) }),
    ...(settings.inboxPrefix === null ? {} : { inboxPrefix: checkedInboxPrefix(settings.inboxPrefix) }),
  };
}

function credentialOptions(credentials: Credentials): ConnectionOptions {
  switch (credentials.kind) {
    case 'none':
      return {};
    case 'creds': {
      const { file } = credentials;
      const authenticator = credsAuthenticator(() => readCredentials('--creds', file));
      return { authenticator: tried(authenticator, `--creds: ${file} is no NATS credentials file`) };
    }
    case 'nkey': {
      const { file } = credentials;
      const authenticator = nkeyAuthenticator(() => seedIn(readCredentials('--nkey', file)));
      return { authenticator: tried(authenticator, `--nkey: ${file} holds no seed of a user's NKey`) };
    }
    case 'user': {
      const { user, password } = credentials;
      return password === null ? { user } : { user, pass: password };
    }
    case 'token':
      return { token: credentials.token };
  }
}

/** Tells at once of credentials that could never work, rather than at each dial. */
function tried<Answer>(authenticator: (nonce?: string) => Answer, problem: string): (nonce?: string) => Answer {
  try {
    authenticator('nonce');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(problem, { cause: error });
  }
  return authenticator;
}

/** A seed stands alone in its file, or between lines of dashes. */
function seedIn(bytes: Uint8Array): Uint8Array {
  const seed = /\bSU[A-Z2-7]{56}\b/.exec(new TextDecoder().decode(bytes));
  if (seed === null) throw new Error('no seed');
  return new TextEncoder().encode(seed[0]);
}

function tlsOptions({ caFile, certFile, keyFile }: TlsSettings): TlsOptions {
  if (caFile !== null) readCredentials('--tls-ca', caFile);
  if (certFile !== null) readCredentials('--tls-cert', certFile);
  if (keyFile !== null) readCredentials('--tls-key', keyFile);
  return {
    ...(caFile === null ? {} : { caFile }),
    ...(certFile === null ? {} : { certFile }),
    ...(keyFile === null ? {} : { keyFile }),
  };
}

function readCredentials(flag: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`${flag}: ${file} cannot be read: ${reason}`, { cause: error });
  }
}

function checkedInboxPrefix(prefix: string): string {
  if (/^[^\s.*>]+(\.[^\s.*>]+)*$/.test(prefix)) return prefix;
  throw new UsageError(`--inbox-prefix: ${JSON.stringify(prefix)} is no subject without wildcards`);
}
