import { expect, it } from 'vitest';
import { SchemaChanged, SchemaViolation } from '../src/index.ts';
import { codeOf, TestBus } from './support/bus.ts';
import { refusal } from './support/fake-node.ts';
import { StoreOfNodes } from './support/store-node.ts';

it('are set, got, listed and deleted', async () => {
  const bus = await TestBus.start();
  const nodes = new StoreOfNodes();
  await bus.node('n1', nodes.behaviour('n1'));
  const store = await bus.store({ sessions: false });
  const { schemaRevision } = await store.schemas.set('/a/', { type: 'integer' });
  expect(schemaRevision).toBe(1n);
  await store.schemas.set('', 'true');
  const info = { prefix: '/a/', schemaRevision: 1n, bytes: 18 };
  expect(await store.schemas.list()).toEqual([{ prefix: '', schemaRevision: 2n, bytes: 4 }, info]);
  expect(await store.schemas.get('/a/')).toEqual({ ...info, schema: '{"type":"integer"}' });
  expect(await store.schemas.get('/b/')).toBeNull();
  expect(await store.schemas.delete('/a/')).toEqual({ deleted: true });
  expect(await store.schemas.delete('/a/')).toEqual({ deleted: false });
  expect(nodes.commands).toMatchObject([{ checkedRevision: null }, { schema: 'true' }, {}, {}]);
});

it('that are another by now have a write sent again, which a node checks anew', async () => {
  const bus = await TestBus.start();
  const nodes = new StoreOfNodes();
  let refused = 0;
  await bus.node('n1', (request) => {
    if (request.endpoint !== 'put' || refused === 2) return nodes.answer(request, 'n1');
    refused += 1;
    return refusal(new SchemaChanged({ prefix: '/a/', schemaRevision: '7' }));
  });
  for (const sessions of [true, false]) {
    refused = 0;
    const store = await bus.store({ sessions });
    await store.put('/a/1', '5');
    expect(refused).toBe(2);
  }
});

it('that a value does not match are told as a refusal, and not tried again', async () => {
  const bus = await TestBus.start();
  let asked = 0;
  await bus.node('n1', ({ endpoint }) => {
    if (endpoint !== 'put') return null;
    asked += 1;
    return refusal(new SchemaViolation({ key: '/a/1', prefix: '/a/', path: '', reason: 'must be integer' }));
  });
  const store = await bus.store({ sessions: false });
  expect(await codeOf(store.put('/a/1', 'five'))).toBe('SchemaViolation');
  expect(asked).toBe(1);
});
