import { type Command, Option } from 'commander';
import { UsageError } from '../command-error.ts';
import { type Credentials, defaultServer, type NatsSettings, type TlsSettings } from './nats-settings.ts';
import { parseServers, type ServerAddress } from './server-address.ts';

/** What the flags of `addNatsOptions` come to. */
interface NatsFlags {
  readonly nats?: string;
  readonly creds?: string;
  readonly nkey?: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly tls?: boolean;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly inboxPrefix?: string;
}

/** The flags that say where NATS is and as whom it is spoken to. Each is a variable too. */
export function addNatsOptions(command: Command, natsDescription: string): Command {
  const option = (flags: string, description: string, variable: string) =>
    command.addOption(new Option(flags, description).env(variable).helpGroup('NATS:'));
  option('--nats <url>', natsDescription, 'QUORATE_NATS');
  option('--creds <file>', 'credentials file (JWT and seed)', 'NATS_CREDS');
  option('--nkey <file>', 'file with the seed of an NKey', 'NATS_NKEY');
  option('--user <name>', 'user name', 'NATS_USER');
  option('--password <text>', 'password; the variable does not show in ps', 'NATS_PASSWORD');
  option('--token <text>', 'token; the variable does not show in ps', 'NATS_TOKEN');
  option('--tls', 'refuse a server without TLS', 'NATS_TLS');
  option('--tls-ca <file>', "certificate of the server's authority", 'NATS_CA');
  option('--tls-cert <file>', "this client's certificate", 'NATS_CERT');
  option('--tls-key <file>', "the key of this client's certificate", 'NATS_KEY');
  option('--inbox-prefix <subject>', 'where replies go, instead of _INBOX', 'NATS_INBOX_PREFIX');
  return command;
}

/** Whether anybody said where NATS is. */
export const namesNats = (command: Command): boolean => serversGiven(command) !== undefined;

/** What the flags and variables of a command say about NATS. @throws {UsageError} if they do not fit together */
export function natsSettings(command: Command): NatsSettings {
  const flags = command.opts<NatsFlags>();
  const servers = parseServers(serversGiven(command) ?? defaultServer);
  return {
    servers: servers.map(({ url }) => url),
    credentials: credentialsOf(command, flags) ?? credentialsIn(servers),
    tls: tlsOf(flags, servers),
    inboxPrefix: flags.inboxPrefix ?? null,
  };
}

const serversGiven = (command: Command): string | undefined => command.opts<NatsFlags>().nats ?? process.env.NATS_URL;

/** What the flags say, or, where they say nothing, the variables: a flag is not to be mixed with what happens to be set. */
function credentialsOf(command: Command, flags: NatsFlags): Credentials | null {
  const kinds = (['creds', 'nkey', 'user', 'token'] as const).filter((kind) => flags[kind] !== undefined);
  const fromFlags = kinds.filter((kind) => command.getOptionValueSource(kind) === 'cli');
  const [kind, ...others] = fromFlags.length > 0 ? fromFlags : kinds;
  if (others.length > 0) {
    throw new UsageError('only one of --creds, --nkey, --user and --token can be given, or of their variables');
  }
  switch (kind) {
    case 'creds':
      return { kind, file: flags.creds ?? '' };
    case 'nkey':
      return { kind, file: flags.nkey ?? '' };
    case 'user':
      return { kind, user: flags.user ?? '', password: flags.password ?? null };
    case 'token':
      return { kind, token: flags.token ?? '' };
    case undefined:
      if (command.getOptionValueSource('password') === 'cli') throw new UsageError('--password needs a --user');
      return null;
    default:
      return kind satisfies never;
  }
}

function credentialsIn(servers: readonly ServerAddress[]): Credentials {
  const named = servers.find(({ user }) => user !== null);
  if (named === undefined || named.user === null) return { kind: 'none' };
  if (named.password === null) return { kind: 'token', token: named.user };
  return { kind: 'user', user: named.user, password: named.password };
}

function tlsOf(flags: NatsFlags, servers: readonly ServerAddress[]): TlsSettings | null {
  const { tls, tlsCa, tlsCert, tlsKey } = flags;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError('--tls-cert and --tls-key (NATS_CERT and NATS_KEY) go together');
  }
  const isRequired = tls === true || tlsCa !== undefined || tlsCert !== undefined;
  if (!isRequired && !servers.some(({ usesTls }) => usesTls)) return null;
  return { caFile: tlsCa ?? null, certFile: tlsCert ?? null, keyFile: tlsKey ?? null };
}
