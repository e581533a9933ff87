import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, nkeys } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NatsServer, type NatsServerOptions, startNatsServer } from '../../../test/support/nats-server.ts';
import { connectionOptions } from '../src/options/connection-options.ts';
import type { Credentials, NatsSettings, TlsSettings } from '../src/options/nats-settings.ts';
import { selfSignedCertificate } from './certificate.ts';
import { operatorMode } from './operator-mode.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-credentials-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = async (name: string, content: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

async function withServer(options: NatsServerOptions, use: (server: NatsServer) => Promise<void>): Promise<void> {
  const server = await startNatsServer(options);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

const settings = (server: NatsServer, credentials: Credentials, tls: TlsSettings | null = null): NatsSettings => ({
  servers: [server.url],
  credentials,
  tls,
  inboxPrefix: null,
});

/** What comes of connecting: nothing, or the code of the failure. */
async function outcomeOf(nats: NatsSettings): Promise<string> {
  try {
    const connection = await connect({ ...connectionOptions(nats), reconnect: false });
    await connection.close();
    return 'connected';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

const none: Credentials = { kind: 'none' };

test('user and password', () =>
  withServer({ config: 'authorization { user: ann, password: secret }' }, async (server) => {
    expect(await outcomeOf(settings(server, { kind: 'user', user: 'ann', password: 'secret' }))).toBe('connected');
    expect(await outcomeOf(settings(server, { kind: 'user', user: 'ann', password: null }))).toBe(
      'AUTHORIZATION_VIOLATION',
    );
    expect(await outcomeOf(settings(server, none))).toBe('AUTHORIZATION_VIOLATION');
  }));

test('token', () =>
  withServer({ config: 'authorization { token: secret }' }, async (server) => {
    expect(await outcomeOf(settings(server, { kind: 'token', token: 'secret' }))).toBe('connected');
    expect(await outcomeOf(settings(server, { kind: 'token', token: 'other' }))).toBe('AUTHORIZATION_VIOLATION');
  }));

test('NKey', async () => {
  const user = nkeys.createUser();
  const seed = new TextDecoder().decode(user.getSeed());
  const config = `authorization { users: [{ nkey: ${user.getPublicKey()} }] }`;
  await withServer({ config }, async (server) => {
    const bare = await file('bare.nk', `${seed}\n`);
    expect(await outcomeOf(settings(server, { kind: 'nkey', file: bare }))).toBe('connected');
    const framed = `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
    expect(await outcomeOf(settings(server, { kind: 'nkey', file: await file('framed.nk', framed) }))).toBe(
      'connected',
    );
    expect(await outcomeOf(settings(server, none))).toBe('AUTHORIZATION_VIOLATION');
  });
});

test('credentials file', async () => {
  const { config, creds } = operatorMode();
  await withServer({ config }, async (server) => {
    const path = await file('user.creds', creds);
    expect(await outcomeOf(settings(server, { kind: 'creds', file: path }))).toBe('connected');
    expect(await outcomeOf(settings(server, none))).toBe('AUTHORIZATION_VIOLATION');

    // A long-lived node takes the file's new content at its next dial.
    const options = connectionOptions(settings(server, { kind: 'creds', file: path }));
    await writeFile(path, operatorMode().creds);
    await expect(connect({ ...options, reconnect: false })).rejects.toMatchObject({ code: 'AUTHORIZATION_VIOLATION' });
  });
});

test('TLS, with a certificate on either side', async () => {
  const own = selfSignedCertificate('server');
  const client = selfSignedCertificate('client');
  const [caFile, serverKey] = [await file('server.pem', own.certificate), await file('server.key', own.key)];
  const [certFile, keyFile] = [await file('client.pem', client.certificate), await file('client.key', client.key)];
  const config = `tls { cert_file: "${caFile}", key_file: "${serverKey}", ca_file: "${certFile}", verify: true }`;
  await withServer({ config }, async (server) => {
    const outcomeWith = (tls: TlsSettings) =>
      outcomeOf({ ...settings(server, none, tls), servers: [`nats://localhost:${server.port}`] });
    expect(await outcomeWith({ caFile, certFile, keyFile })).toBe('connected');
    expect(await outcomeWith({ caFile, certFile: null, keyFile: null })).not.toBe('connected');
    expect(await outcomeWith({ caFile: null, certFile, keyFile })).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });
});

test('a server without TLS is refused where TLS is demanded', () =>
  withServer({}, async (server) => {
    const demanded = { caFile: null, certFile: null, keyFile: null };
    expect(await outcomeOf(settings(server, none, demanded))).toBe('SERVER_OPT_NA');
  }));

test('files that hold no credentials are told of at once, with their names', async () => {
  const path = await file('empty', 'nothing of the kind');
  const settingsOf = (credentials: Credentials): NatsSettings => {
    return { servers: ['nats://127.0.0.1:4222'], credentials, tls: null, inboxPrefix: null };
  };
  expect(() => connectionOptions(settingsOf({ kind: 'creds', file: path }))).toThrow(`--creds: ${path}`);
  expect(() => connectionOptions(settingsOf({ kind: 'nkey', file: path }))).toThrow(`--nkey: ${path}`);
  const nowhere = { ...settingsOf(none), tls: { caFile: '/nowhere', certFile: null, keyFile: null } };
  expect(() => connectionOptions(nowhere)).toThrow('--tls-ca: /nowhere');
});

test('replies go under the prefix that is given', () =>
  withServer({}, async (server) => {
    const connection = await connect(connectionOptions({ ...settings(server, none), inboxPrefix: '_INBOX_n1' }));
    const echo = connection.subscribe('echo', { callback: (_, message) => message.respond(message.reply) });
    const answer = await connection.request('echo');
    expect(answer.subject).toMatch(/^_INBOX_n1\./);
    echo.unsubscribe();
    await connection.close();
  }));
