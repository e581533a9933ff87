import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { addNatsOptions, natsSettings } from '../src/options/nats-options.ts';
import { type NatsSettings, natsEnvironment } from '../src/options/nats-settings.ts';

afterEach(() => vi.unstubAllEnvs());

const noCredentials = { credentials: { kind: 'none' }, tls: null, inboxPrefix: null } as const;
const variables = Object.keys(natsEnvironment({ servers: [], ...noCredentials }));

/** What a command takes from its arguments and its environment. */
function settingsOf(args: readonly string[], environment: Readonly<Record<string, string>> = {}): NatsSettings {
  for (const name of variables) vi.stubEnv(name, environment[name]);
  const command = addNatsOptions(new Command(), '').exitOverride();
  return natsSettings(command.parse(args, { from: 'user' }));
}

test('without a word it is the server of this machine', () => {
  expect(settingsOf([])).toEqual({ servers: ['nats://127.0.0.1:4222'], ...noCredentials });
});

test('a flag goes before QUORATE_NATS, which goes before NATS_URL', () => {
  const environment = { QUORATE_NATS: 'b:2', NATS_URL: 'c:3' };
  expect(settingsOf(['--nats', 'a:1'], environment).servers).toEqual(['nats://a:1']);
  expect(settingsOf([], environment).servers).toEqual(['nats://b:2']);
  vi.unstubAllEnvs();
  expect(settingsOf([], { NATS_URL: 'c:3,[::1]:4' }).servers).toEqual(['nats://c:3', 'nats://[::1]:4']);
});

test('who stands in the address is a credential, and does not stay there', () => {
  const { servers, credentials } = settingsOf(['--nats', 'nats://ann:s%40cret@a:1,b:2']);
  expect(servers).toEqual(['nats://a:1', 'nats://b:2']);
  expect(credentials).toEqual({ kind: 'user', user: 'ann', password: 's@cret' });
  expect(settingsOf(['--nats', 'nats://t0ken@a:1']).credentials).toEqual({ kind: 'token', token: 't0ken' });
});

test('a flag goes before the variable of another kind of credentials', () => {
  const environment = { NATS_CREDS: 'a.creds', NATS_PASSWORD: 'secret' };
  expect(settingsOf([], environment).credentials).toEqual({ kind: 'creds', file: 'a.creds' });
  expect(settingsOf(['--user', 'ann'], environment).credentials).toEqual({
    kind: 'user',
    user: 'ann',
    password: 'secret',
  });
});

test('two variables of different kinds are refused', () => {
  expect(() => settingsOf([], { NATS_TOKEN: 'a', NATS_NKEY: 'b' })).toThrow('only one of');
});

test('tls:// in the address, a file of TLS, and --tls demand TLS', () => {
  const files = { caFile: null, certFile: null, keyFile: null };
  expect(settingsOf(['--nats', 'tls://a:1']).tls).toEqual(files);
  expect(settingsOf(['--tls']).tls).toEqual(files);
  expect(settingsOf([], { NATS_CA: 'ca.pem' }).tls).toEqual({ ...files, caFile: 'ca.pem' });
});

test.each([
  [['--user', 'ann', '--password', 'secret']],
  [['--user', 'ann']],
  [['--token', 'secret', '--nats', 'a:1,b:2']],
  [['--creds', 'a.creds', '--inbox-prefix', '_INBOX_n1']],
  [['--nkey', 'a.nk', '--tls-ca', 'ca', '--tls-cert', 'cert', '--tls-key', 'key']],
  [['--nats', 'tls://ann:secret@a:1']],
])('another process that is told by variables takes the same: %s', (args) => {
  const settings = settingsOf(args);
  // What was set for this process must not mix with it.
  const stale = { NATS_URL: 'z:9', NATS_TOKEN: 'stale', NATS_USER: 'stale', NATS_CREDS: 'stale', NATS_TLS: 'true' };
  const environment = { ...stale, ...natsEnvironment(settings) };
  const given = Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  expect(settingsOf([], Object.fromEntries(given))).toEqual(settings);
});
