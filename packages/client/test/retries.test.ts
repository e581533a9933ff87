import { InvalidKey, RevisionMismatch } from '@quorate/config-store';
import { expect, it } from 'vitest';
import { NoLeader, OutcomeUnknown, Overloaded, StoreClosed } from '../src/errors.ts';
import { codeOf, errorOf, TestBus, until } from './support/bus.ts';
import { getReply, putReply, refusal } from './support/fake-node.ts';

it('tries a write again that a node refused for want of a leader, until there is one', async () => {
  const bus = await TestBus.start();
  let refusals = 0;
  await bus.node('n1', () => {
    refusals += 1;
    return refusals <= 3 ? refusal(new NoLeader()) : putReply(4, 'n1');
  });
  const store = await bus.store();
  expect(await store.put('/a', 'x')).toEqual({ revision: 4n });
  expect(refusals).toBe(4);
});

it('is NoLeader when there is none until the deadline, for reads and writes', async () => {
  const bus = await TestBus.start();
  await bus.node('n1', () => refusal(new NoLeader()));
  const store = await bus.store();
  expect(await codeOf(store.put('/a', 'x', { timeoutMs: 300 }))).toBe('NoLeader');
  expect(await codeOf(store.get('/a', { timeoutMs: 300 }))).toBe('NoLeader');
});

it('tries a write again that an overloaded leader refused: with that leader, and until the deadline', async () => {
  const bus = await TestBus.start();
  let refusals = 0;
  const node = await bus.node('n1', () => {
    refusals -= 1;
    return refusals < 0 ? putReply(4, 'n1') : refusal(new Overloaded(), 'n1');
  });
  const store = await bus.store();
  await store.put('/a', 'so that the leader is known');
  refusals = 3;
  const before = node.requests.length;
  expect(await store.put('/a', 'x')).toEqual({ revision: 4n });
  expect(node.requests.slice(before).map(({ via }) => via)).toEqual(['node', 'node', 'node', 'node']);
  refusals = Number.POSITIVE_INFINITY;
  expect(await codeOf(store.put('/a', 'y', { timeoutMs: 600 }))).toBe('Overloaded');
});

it('is Unavailable when no node is there until the deadline, and finds one that comes before', async () => {
  const bus = await TestBus.start();
  const store = await bus.store();
  expect(await codeOf(store.put('/a', 'x', { timeoutMs: 200 }))).toBe('Unavailable');
  const writing = store.put('/a', 'x');
  const reading = store.get('/a');
  await bus.node('n1', ({ endpoint }) => (endpoint === 'put' ? putReply(1) : getReply('y')));
  expect(await writing).toEqual({ revision: 1n });
  expect(await reading).not.toBeNull();
});

it('never sends a write again that a node may have taken', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', () => null);
  const store = await bus.store();
  const error = await errorOf(store.put('/a', 'x', { timeoutMs: 300 }));
  expect(error).toBeInstanceOf(OutcomeUnknown);
  expect(error.message).toContain('no answer within 300 ms');

  node.behave(() => refusal(new OutcomeUnknown('the leader changed while the write was in flight')));
  const passedOn = await errorOf(store.put('/a', 'x'));
  expect(passedOn).toMatchObject({
    code: 'OutcomeUnknown',
    message: 'the leader changed while the write was in flight',
  });

  node.behave(() => refusal(new Error('out of memory')));
  const internal = await errorOf(store.put('/a', 'x'));
  expect(internal.code).toBe('OutcomeUnknown');
  expect(internal.message).toContain('out of memory');

  node.behave(() => new Uint8Array([1, 2, 3]));
  expect(await codeOf(store.put('/a', 'x'))).toBe('OutcomeUnknown');
  expect(node.log).toEqual(Array.from({ length: 4 }, () => 'put anyNode'));
});

it('asks again when the reply to a read is lost', async () => {
  const bus = await TestBus.start();
  let lost = 0;
  await bus.node('n1', () => {
    lost += 1;
    return lost === 1 ? null : getReply('y');
  });
  const store = await bus.store();
  expect(await store.get('/a')).not.toBeNull();
  expect(lost).toBe(2);
});

it('is Timeout when a read is never answered', async () => {
  const bus = await TestBus.start();
  await bus.node('n1', () => null);
  const store = await bus.store();
  expect(await codeOf(store.get('/a', { timeoutMs: 200 }))).toBe('Timeout');
});

it('gives a node less time than there is, so that its last word still arrives', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', () => putReply(1));
  const store = await bus.store();
  await store.put('/a', 'x', { timeoutMs: 2_000 });
  expect(node.requests[0]?.timeoutMs).toBeGreaterThan(1_500);
  expect(node.requests[0]?.timeoutMs).toBeLessThan(1_900);
});

it('passes on what the store says is wrong, with its facts, and does not ask again', async () => {
  const bus = await TestBus.start();
  const mismatch = new RevisionMismatch({ key: '/a', expected: '3', actual: '5' });
  const node = await bus.node('n1', () => refusal(mismatch, 'n1'));
  const store = await bus.store();
  const error = await errorOf(store.put('/a', 'x', { ifRevision: 3n }));
  expect(error).toBeInstanceOf(RevisionMismatch);
  expect(error).toMatchObject({ key: '/a', expected: 3n, actual: 5n });

  node.behave(() => refusal(new InvalidKey({ what: 'key', reason: 'is bad', sizeBytes: 2, limitBytes: 1024 })));
  expect(await errorOf(store.get('/a'))).toBeInstanceOf(InvalidKey);
  expect(await errorOf(store.get('/a'))).toBeInstanceOf(InvalidKey);
  // The first reply named it as the leader: that it refuses does not make it less of one.
  expect(node.log).toEqual(['put anyNode', 'get node', 'get node']);
});

it('does not wait until the deadline for a node that has left with the write', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', () => putReply(1, 'n1'));
  const store = await bus.store({ timeoutMs: 60_000 });
  await store.put('/a', 'x');
  node.behave(({ endpoint }) => {
    if (endpoint === 'put') void node.stop();
    return null;
  });
  const error = await errorOf(store.put('/a', 'x'));
  expect(error.code).toBe('OutcomeUnknown');
  expect(error.message).toContain('is gone');
});

it('leaves a leader that has fallen silent to the write that waits for it', async () => {
  const bus = await TestBus.start();
  const silent = await bus.node('n1', () => putReply(1, 'n1'));
  const store = await bus.store();
  await store.put('/a', 'x');
  silent.behave(({ via }) => (via === 'anyNode' ? putReply(2) : null));
  const waiting = codeOf(store.put('/a', 'x', { timeoutMs: 2_500 }));
  // It is asked who it is, and asked again half a second after it did not say.
  await until(() => silent.looks === 2);
  expect(await store.put('/b', 'x')).toEqual({ revision: 2n });
  expect(await waiting).toBe('OutcomeUnknown');
});

it('ends a call by its signal, with its reason', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', () => null);
  const store = await bus.store();
  const controller = new AbortController();
  const reading = errorOf(store.get('/a', { signal: controller.signal }));
  await until(() => node.requests.length === 1);
  controller.abort(new Error('enough'));
  expect((await reading).message).toBe('enough');
  expect((await errorOf(store.put('/a', 'x', { signal: controller.signal }))).message).toBe('enough');
  expect(node.log).toEqual(['get anyNode']);
});

it('ends calls when the store is closed: a write that was sent has an unknown outcome', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', () => null);
  const store = await bus.store();
  const reading = errorOf(store.get('/a'));
  const writing = errorOf(store.put('/a', 'x'));
  await until(() => node.requests.length === 2);
  await store.close();
  expect(await reading).toBeInstanceOf(StoreClosed);
  expect(await writing).toBeInstanceOf(OutcomeUnknown);
  expect(await errorOf(store.get('/a'))).toBeInstanceOf(StoreClosed);
  expect(await errorOf(store.put('/a', 'x'))).toBeInstanceOf(StoreClosed);
  await store.close();
});
