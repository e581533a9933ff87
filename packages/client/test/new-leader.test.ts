import { term } from '@quorate/raft';
import { NoLeader } from '@quorate/wire';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Store } from '../src/index.ts';
import { codeOf, errorOf, TestBus, until } from './support/bus.ts';
import { type FakeNode, getReply, putReply, refusal } from './support/fake-node.ts';

/** Longer than any of these tests may take: nothing waits for it. */
const timeoutMs = 30_000;

/** n1 leads, and the store knows it; n2 is there as well. */
async function start(): Promise<{ n1: FakeNode; n2: FakeNode; store: Store }> {
  const bus = await TestBus.start();
  const n1 = await bus.node('n1', () => putReply(1, 'n1'));
  const store = await bus.store({ timeoutMs });
  await store.put('/a', 'x');
  const n2 = await bus.node('n2', ({ endpoint }) => (endpoint === 'get' ? getReply('y') : putReply(2)));
  return { n1, n2, store };
}

/** Whatever the bus had for the store before has reached it: it delivers in order. */
const heardAll = async (store: Store): Promise<unknown> => store.get('/a', { consistency: 'local', node: 'n2' });

const arrived = (node: FakeNode, endpoint: string): boolean => node.log.includes(`${endpoint} node`);

describe('when a leader takes office', () => {
  it('requests go to it at once', async () => {
    const { n2, store } = await start();
    await n2.announce(term(2));
    await heardAll(store);
    expect(await store.put('/a', 'y')).toEqual({ revision: 2n });
    expect(n2.log).toEqual(['get node', 'put node']);
  });

  it('a write that waits for the one before fails over if that does not answer: its outcome is unknown, and said at once', async () => {
    const { n1, n2, store } = await start();
    n1.behave(() => null);
    const error = errorOf(store.put('/a', 'y'));
    await until(() => arrived(n1, 'put'));
    await n2.announce(term(2));
    expect(await error).toMatchObject({
      code: 'OutcomeUnknown',
      message: expect.stringContaining('another node leads'),
    });
    expect(await store.put('/a', 'z')).toEqual({ revision: 2n });
  });

  it('a read that waits for the one before is asked of the new one', async () => {
    const { n1, n2, store } = await start();
    n1.behave(() => null);
    const read = store.get('/a');
    await until(() => arrived(n1, 'get'));
    await n2.announce(term(2));
    expect(Buffer.from((await read)?.value ?? []).toString()).toBe('y');
  });

  it('a write is left to the one before if that is still there: it answers by itself', async () => {
    const { n1, n2, store } = await start();
    let answer: (reply: ReturnType<typeof putReply>) => void = () => {};
    n1.behave(({ endpoint }) =>
      endpoint === 'hello'
        ? putReply(0)
        : new Promise((resolve) => {
            answer = resolve;
          }),
    );
    const write = store.put('/a', 'y');
    await until(() => arrived(n1, 'put'));
    await n2.announce(term(2));
    await until(() => n1.looks > 0);
    answer(putReply(7, 'n2'));
    expect(await write).toEqual({ revision: 7n });
  });

  it('whoever found no leader is back at once', async () => {
    const { n1, n2, store } = await start();
    for (const node of [n1, n2]) node.behave(() => refusal(new NoLeader()));
    // No pause ends by itself.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const write = store.put('/a', 'y');
    while (n1.log.length + n2.log.length < 3) await new Promise((resolve) => setImmediate(resolve));
    n2.behave(() => putReply(9, 'n2'));
    await n2.announce(term(2));
    expect(await write).toEqual({ revision: 9n });
    expect(n2.log.at(-1)).toBe('put node');
  });

  it('one of an earlier term, which is late, is not believed', async () => {
    const { n1, n2, store } = await start();
    await n2.announce(term(3));
    await n1.announce(term(2));
    await heardAll(store);
    await store.put('/a', 'y');
    await store.put('/a', 'y');
    expect(n1.log).toEqual(['put anyNode']);
  });
});

it('a write to a node that has left ends in less than a moment, whoever leads', async () => {
  const { n1, store } = await start();
  n1.behave(({ endpoint }) => {
    if (endpoint === 'put') void n1.stop();
    return null;
  });
  expect(await codeOf(store.put('/a', 'y'))).toBe('OutcomeUnknown');
});
