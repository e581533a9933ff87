import { ProtocolViolation } from './protocol-violation.ts';

/** What a client's CONNECT settles. */
export interface ConnectOptions {
  /** What the client calls itself; empty if it does not say. */
  readonly name: string;
  /** Wants +OK to every operation. */
  readonly verbose: boolean;
  /** Wants to hear of subjects that it must not publish to. */
  readonly pedantic: boolean;
  /** Wants the messages that it publishes itself. */
  readonly echo: boolean;
  readonly headers: boolean;
  /** Wants the status 503 to a request that nobody hears. */
  readonly noResponders: boolean;
}

/** What holds for a client that has not sent CONNECT. */
export const defaultConnectOptions: ConnectOptions = {
  name: '',
  verbose: true,
  pedantic: true,
  echo: true,
  headers: false,
  noResponders: false,
};

// The highest version of the client protocol that CONNECT may name.
const MAX_PROTOCOL = 1;

/**
 * Reads the argument of CONNECT; what it does not name stays as it was. Unknown fields are ignored, credentials too: a broker on
 * loopback asks nobody who they are. Throws a ProtocolViolation.
 */
export function parseConnectOptions(json: string, before: ConnectOptions): ConnectOptions {
  const fields = parseFields(json);
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = fields.get(name) ?? otherwise;
    if (typeof value !== 'boolean') throw new ProtocolViolation();
    return value;
  };

  const name = fields.get('name') ?? before.name;
  if (typeof name !== 'string') throw new ProtocolViolation();
  const options: ConnectOptions = {
    name,
    verbose: flag('verbose', before.verbose),
    pedantic: flag('pedantic', before.pedantic),
    echo: flag('echo', before.echo),
    headers: flag('headers', before.headers),
    noResponders: flag('no_responders', before.noResponders),
  };
  const protocol = fields.get('protocol') ?? 0;
  if (typeof protocol !== 'number') throw new ProtocolViolation();
  if (protocol < 0 || protocol > MAX_PROTOCOL) throw new ProtocolViolation('invalid client protocol');
  if (options.noResponders && !options.headers) throw new ProtocolViolation('no responders requires headers support');
  return options;
}

function parseFields(json: string): ReadonlyMap<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new ProtocolViolation();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ProtocolViolation();
  // nats-server takes the names of fields in any case.
  return new Map(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]));
}
