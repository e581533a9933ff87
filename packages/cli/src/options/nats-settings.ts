/** What a client shows to NATS. */
export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'creds'; readonly file: string }
  | { readonly kind: 'nkey'; readonly file: string }
  | { readonly kind: 'user'; readonly user: string; readonly password: string | null }
  | { readonly kind: 'token'; readonly token: string };

/** TLS is required; the files are null where the system's own certificates do. */
export interface TlsSettings {
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

/** Where NATS is, and as whom it is spoken to. */
export interface NatsSettings {
  /** One at least; none of them holds a password. */
  readonly servers: readonly string[];
  readonly credentials: Credentials;
  /** Null if the server decides. */
  readonly tls: TlsSettings | null;
  /** Where replies are sent to, before a token of their own; null for `_INBOX`. */
  readonly inboxPrefix: string | null;
}

/** Where NATS is unless somebody says otherwise. */
export const defaultServer = 'nats://127.0.0.1:4222';

/**
 * The variables by which another `quorate` process is told the same. Those that are undefined must not be set there: a password is
 * handed on this way and never among the arguments, which everybody on the machine can read.
 */
export function natsEnvironment({ servers, credentials, tls, inboxPrefix }: NatsSettings): NodeJS.ProcessEnv {
  return {
    QUORATE_NATS: servers.join(','),
    NATS_URL: undefined,
    NATS_CREDS: credentials.kind === 'creds' ? credentials.file : undefined,
    NATS_NKEY: credentials.kind === 'nkey' ? credentials.file : undefined,
    NATS_USER: credentials.kind === 'user' ? credentials.user : undefined,
    NATS_PASSWORD: credentials.kind === 'user' ? (credentials.password ?? undefined) : undefined,
    NATS_TOKEN: credentials.kind === 'token' ? credentials.token : undefined,
    NATS_TLS: tls === null ? undefined : 'true',
    NATS_CA: tls?.caFile ?? undefined,
    NATS_CERT: tls?.certFile ?? undefined,
    NATS_KEY: tls?.keyFile ?? undefined,
    NATS_INBOX_PREFIX: inboxPrefix ?? undefined,
  };
}
