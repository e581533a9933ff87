import { beforeEach, expect, it } from 'vitest';
import { type BoundWrite, type Command, MAX_CLIENT_NAME_LENGTH } from '../src/index.ts';
import { bytesOf } from './json-codec.ts';
import { StoreFixture } from './store-fixture.ts';

let fixture: StoreFixture;
beforeEach(() => {
  fixture = new StoreFixture();
});

const put = (key: string, client?: string): BoundWrite => ({
  kind: 'put',
  key,
  value: bytesOf('v'),
  ...(client === undefined ? {} : { client }),
});

const clientsOf = (key: string): readonly (string | null)[] =>
  fixture.ask({ kind: 'history', key, before: null, limit: 10 }).changes.map(({ client }) => client);

it('history tells who made each change, as far as it said so', () => {
  fixture.run(put('/a', 'anna@web1'));
  fixture.run(put('/a'));
  fixture.run({ kind: 'delete', key: '/a', client: 'ben' });
  expect(clientsOf('/a')).toEqual(['ben', null, 'anna@web1']);
});

it('all changes of a transaction are its maker’s, and it has its part in a session', () => {
  const then = ['/a', '/b', '/c'].map((key) => put(key));
  fixture.run({ kind: 'openSession', ttlMs: 60_000 });
  const txn = { kind: 'txn', compare: [], then, else: [], client: 'anna' } as unknown as BoundWrite;
  const inSession = { session: 1, sequence: 1, floor: 0 };
  fixture.run({ ...txn, inSession });
  for (const key of ['/a', '/b', '/c']) expect(clientsOf(key)).toEqual(['anna']);
  // Who sends it again has made nothing.
  fixture.run({ ...txn, inSession, client: 'ben' });
  expect(clientsOf('/a')).toEqual(['anna']);
});

it('keys that go with their lease are removed by whoever ended it, and by nobody when its time is over', () => {
  fixture.run({ kind: 'grantLease', ttlMs: 5_000 });
  fixture.run({ kind: 'put', key: '/a', value: bytesOf('v'), lease: 1 });
  fixture.run({ kind: 'revokeLease', lease: 1, client: 'anna' });
  expect(clientsOf('/a')).toEqual(['anna', null]);
});

it('is part of what nodes have to agree upon', () => {
  const other = new StoreFixture();
  fixture.run(put('/a', 'anna'));
  other.run(put('/a', 'ben'));
  expect(other.store.stateHash).not.toBe(fixture.store.stateHash);
});

it.each([[''], ['a\nb'], ['x'.repeat(MAX_CLIENT_NAME_LENGTH + 1)], [7], ['\ud800']])('%j is no name', (client) => {
  expect(fixture.run({ ...put('/a'), client } as Command)).toMatchObject({ error: { code: 'InvalidCommand' } });
});
