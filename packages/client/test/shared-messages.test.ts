import { RevisionMismatch } from '@quorate/config-store';
import { commandBody, MAX_SHARED_REQUESTS } from '@quorate/wire';
import { expect, it } from 'vitest';
import { codeOf, TestBus, until } from './support/bus.ts';
import { type FakeRequest, getReply, putReply, refusal } from './support/fake-node.ts';

function keyOf({ body }: FakeRequest): string {
  const command = commandBody('put', body);
  if (command.kind !== 'put') throw new Error('it is no put');
  return command.key;
}
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number);

it('sends in one message what is ready in one turn, and alone what is ready alone', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', (request) => putReply(Number(keyOf(request).slice(1))));
  const store = await bus.store();

  const answers = await Promise.all(numbers(20).map((number) => store.put(`/${number + 1}`, 'x')));
  expect(answers.map(({ revision }) => revision)).toEqual(numbers(20).map((number) => BigInt(number + 1)));
  expect(node.requests.map(keyOf)).toEqual(numbers(20).map((number) => `/${number + 1}`));
  await store.put('/21', 'x');
  await store.put('/22', 'x');
  expect(node.messages).toEqual([20, 1, 1]);
});

it('has a message for each endpoint and each node', async () => {
  const bus = await TestBus.start();
  const behaviour = ({ endpoint }: FakeRequest) => (endpoint === 'put' ? putReply(1) : getReply('x'));
  const [n1, n2] = [await bus.node('n1', behaviour), await bus.node('n2', behaviour)];
  const store = await bus.store();
  const asked = (node: string) => store.get('/a', { consistency: 'local', node });
  await Promise.all([asked('n1'), asked('n2'), asked('n1'), asked('n2'), asked('n2')]);
  expect([n1.messages, n2.messages]).toEqual([[2], [3]]);
  await Promise.all([store.put('/a', 'x'), store.put('/b', 'x'), store.get('/a')]);
  expect([...n1.messages.slice(1), ...n2.messages.slice(1)].sort()).toEqual([1, 2]);
});

it('answers each by itself: one may be refused, or wait, or never be answered', async () => {
  const bus = await TestBus.start();
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const node = await bus.node('n1', async (request) => {
    switch (keyOf(request)) {
      case '/refused':
        return refusal(new RevisionMismatch({ key: '/refused', expected: '1', actual: '2' }));
      case '/held':
        await held;
        return putReply(7);
      case '/lost':
        return null;
      default:
        return putReply(3);
    }
  });
  const store = await bus.store();
  const refused = codeOf(store.put('/refused', 'x'));
  const late = store.put('/held', 'x');
  const lost = codeOf(store.put('/lost', 'x', { timeoutMs: 300 }));
  const quick = store.put('/quick', 'x');
  expect(await refused).toBe('RevisionMismatch');
  expect(await quick).toEqual({ revision: 3n });
  expect(await lost).toBe('OutcomeUnknown');
  release();
  expect(await late).toEqual({ revision: 7n });
  expect(node.messages).toEqual([4]);
});

it('sends nothing of a call that ends in the turn in which it began', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', () => putReply(1));
  const store = await bus.store();
  const ended = new AbortController();
  const cancelled = store.put('/cancelled', 'x', { signal: ended.signal });
  const kept = store.put('/kept', 'x');
  await Promise.resolve();
  ended.abort(new Error('no more'));
  await expect(cancelled).rejects.toThrow();
  await kept;
  expect(node.requests.map(keyOf)).toEqual(['/kept']);
});

it('tells all of them that no node is there, or that the answer cannot be read', async () => {
  const bus = await TestBus.start();
  const store = await bus.store();
  const absent = numbers(3).map((number) => codeOf(store.put(`/${number}`, 'x', { timeoutMs: 150 })));
  expect(await Promise.all(absent)).toEqual(['Unavailable', 'Unavailable', 'Unavailable']);

  await bus.node('n1', () => new Uint8Array([0x92, 1, 2]));
  const unread = numbers(3).map((number) => codeOf(store.put(`/${number}`, 'x')));
  expect(await Promise.all(unread)).toEqual(['OutcomeUnknown', 'OutcomeUnknown', 'OutcomeUnknown']);
});

it('tells all of them that the connection broke', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', () => null);
  const store = await bus.store();
  const open = numbers(5).map((number) => codeOf(store.put(`/${number}`, 'x')));
  await until(() => node.requests.length === 5);
  await bus.stop();
  expect(new Set(await Promise.all(open))).toEqual(new Set(['OutcomeUnknown']));
});

it('makes several messages of many requests, and of large ones, in their order', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', () => putReply(1));
  const store = await bus.store();
  await Promise.all(numbers(MAX_SHARED_REQUESTS + 3).map((number) => store.put(`/${number}`, 'x')));
  expect(node.messages).toEqual([MAX_SHARED_REQUESTS, 3]);

  node.messages.length = 0;
  const large = 'x'.repeat(100 * 1024);
  const sizes = ['x', large, 'x', large, large, 'x'];
  await Promise.all(sizes.map((value, number) => store.put(`/large/${number}`, value)));
  expect(node.messages).toEqual([3, 1, 2]);
  expect(node.requests.slice(-sizes.length).map(keyOf)).toEqual(sizes.map((_, number) => `/large/${number}`));
});
