import { expect, it } from 'vitest';
import type { Store } from '../src/index.ts';
import { codeOf, errorOf, TestBus } from './support/bus.ts';

const untyped = (value: unknown): never => value as never;

const big = 2n ** 53n;

it.each<[string, string, (store: Store) => Promise<unknown>]>([
  ['an empty key', 'InvalidKey', (store) => store.put('', 'x')],
  ['a key with a control character', 'InvalidKey', (store) => store.get('/a\u0000')],
  ['a key with a lone surrogate', 'InvalidKey', (store) => store.delete('/\ud800')],
  ['a key that is no text', 'InvalidCommand', (store) => store.put(untyped(7), 'x')],
  ['a key over the limit', 'KeyTooLarge', (store) => store.put('x'.repeat(1025), 'x')],
  ['a value over the limit', 'ValueTooLarge', (store) => store.put('/a', new Uint8Array(512 * 1024 + 1))],
  ['a text over the limit', 'ValueTooLarge', (store) => store.put('/a', 'ä'.repeat(256 * 1024 + 1))],
  ['a value that UTF-8 cannot hold', 'InvalidCommand', (store) => store.put('/a', '\udc00')],
  ['a value that is neither', 'InvalidCommand', (store) => store.put('/a', untyped(null))],
  ['a negative revision', 'InvalidRevision', (store) => store.put('/a', 'x', { ifRevision: -1n })],
  ['a revision that is none', 'InvalidRevision', (store) => store.delete('/a', { ifRevision: big })],
  ['a revision that is no bigint', 'InvalidRevision', (store) => store.put('/a', 'x', { ifRevision: untyped(1) })],
  ['a timeout of 0', 'InvalidRequest', (store) => store.get('/a', { timeoutMs: 0 })],
  ['a timeout over the limit', 'InvalidRequest', (store) => store.status({ timeoutMs: 600_001 })],
  ['a consistency that is none', 'InvalidRequest', (store) => store.get('/a', { consistency: untyped('eventual') })],
  ['a bound below 0', 'InvalidRequest', (store) => store.get('/a', { consistency: 'bounded', maxStalenessMs: -1 })],
  ['a bounded read without a bound', 'InvalidRequest', (store) => store.get('/a', { consistency: 'bounded' })],
  [
    'a bound that is none',
    'InvalidRequest',
    (store) => store.read('/a', { consistency: 'bounded', maxStalenessMs: NaN }),
  ],
  ['a bound of another read', 'InvalidRequest', (store) => store.get('/a', { maxStalenessMs: 5 })],
  ['a least revision below 0', 'InvalidRevision', (store) => store.get('/a', { minRevision: -1n })],
  ['a least revision that is no bigint', 'InvalidRevision', (store) => store.get('/a', { minRevision: untyped(1) })],
  ['a node that is no name', 'InvalidRequest', (store) => store.get('/a', { node: 'n1.>' })],
])('refuses %s before anything is sent: %s', async (_, code, call) => {
  const bus = await TestBus.start();
  const node = await bus.node('n1');
  const store = await bus.store();
  expect(await codeOf(call(store))).toBe(code);
  expect(node.requests).toEqual([]);
});

it('refuses what is wrong with a list or a stream at once', async () => {
  const store = await (await TestBus.start()).store();
  const codeThrown = (call: () => unknown): unknown => {
    try {
      call();
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error;
    }
    return null;
  };
  expect(codeThrown(() => store.list({ pageLimit: 0 }))).toBe('InvalidLimit');
  expect(codeThrown(() => store.list({ pageLimit: 2.5 }))).toBe('InvalidLimit');
  expect(codeThrown(() => store.list({ pageLimit: 1001 }))).toBe('InvalidLimit');
  expect(codeThrown(() => store.list({ prefix: '\n' }))).toBe('InvalidKey');
  expect(codeThrown(() => store.list({ node: '' }))).toBe('InvalidRequest');
  expect(codeThrown(() => store.list({ consistency: untyped(null) }))).toBe('InvalidRequest');
  expect(codeThrown(() => store.list({ minRevision: big }))).toBe('InvalidRevision');
  expect(codeThrown(() => store.committed({ fromIndex: 0n }))).toBe('InvalidRequest');
  expect(codeThrown(() => store.committed({ fromIndex: big }))).toBe('InvalidRequest');
  expect(codeThrown(() => store.committed({ fromIndex: untyped(1) }))).toBe('InvalidRequest');
  expect(codeThrown(() => store.committed(untyped(undefined)))).toBe('InvalidRequest');
  expect(codeThrown(() => store.committed({ fromIndex: 1n, timeoutMs: -1 }))).toBe('InvalidRequest');
});

it('names the limit and the size', async () => {
  const store = await (await TestBus.start()).store();
  const error = await errorOf(store.put('/a', new Uint8Array(600_000)));
  expect(error.message).toContain('600000');
  expect(error.message).toContain(String(512 * 1024));
});

it('says that a revision is a bigint', async () => {
  const store = await (await TestBus.start()).store();
  const error = await errorOf(store.put('/a', 'x', { ifRevision: untyped(1) }));
  expect(error.message).toBe('revision 1 is no bigint, such as 1n');
});
