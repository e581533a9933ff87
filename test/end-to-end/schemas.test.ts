import { writeFile } from 'node:fs/promises';
import { KeysDoNotMatch, SchemaViolation, type Store } from '@quorate/client';
import { nodeApiSubject } from '@quorate/wire';
import { expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { runQuorate } from '../support/quorate-command.ts';

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => null,
    (error: unknown) => error,
  );
}

/** Writes keys, one after the other without a pause, until it is told to stop or one fails; gives how many were written, and what else came of it. */
async function writeOn(
  store: Store,
  prefix: string,
  until: () => boolean,
): Promise<{ written: number; failures: unknown[] }> {
  let written = 0;
  for (let at = 0; !until(); at += 1) {
    const failure = await failureOf(store.put(`${prefix}${at % 50}`, String(at)));
    if (failure !== null) return { written, failures: [failure] };
    written += 1;
  }
  return { written, failures: [] };
}

test('values are held against their schemas on whatever node they come to, before they enter the log; a schema may be set while others write', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const store = await cluster.connect({ timeoutMs: 20_000 });
  const plain = await cluster.connect({ timeoutMs: 20_000, sessions: false });
  await store.put('/ports/http', '80');
  await store.put('/ports/smtp', 'twenty-five');

  const unfit = await failureOf(store.schemas.set('/ports/', { type: 'integer' }));
  expect(unfit).toBeInstanceOf(KeysDoNotMatch);
  expect(unfit).toMatchObject({ failing: [{ key: '/ports/smtp', path: '', reason: 'must be integer' }] });
  await store.put('/ports/smtp', '25');
  await store.schemas.set('/ports/', { type: 'integer' });

  await cluster.converged();
  const before = (await cluster.status(await cluster.leader())).lastLogIndex;
  for (const node of cluster.ids) {
    const subject = nodeApiSubject('main', 'config', node, 'put');
    const reply = await cluster.plain.request(subject, '{"key":"/ports/x","value":"eighty"}', { timeout: 5_000 });
    expect(reply.json()).toMatchObject({
      error: {
        code: 'SchemaViolation',
        details: { key: '/ports/x', prefix: '/ports/', path: '', reason: 'must be integer' },
      },
    });
  }
  const refused = await failureOf(plain.txn({ then: [{ op: 'put', key: '/ports/y', value: '{}' }] }));
  expect(refused).toBeInstanceOf(SchemaViolation);
  expect((await cluster.status(await cluster.leader())).lastLogIndex).toBe(before);
  const bySelf = JSON.stringify({ key: '/ports/ok', value: '8080' });
  for (const node of cluster.ids) {
    const subject = nodeApiSubject('main', 'config', node, 'put');
    expect((await cluster.plain.request(subject, bySelf, { timeout: 5_000 })).json()).toHaveProperty('revision');
  }

  // Writers go on without a pause while the schema of their prefix changes ten times: each write passes, for it matches all of them.
  let isOver = false;
  const writers = [
    writeOn(store, '/ports/a/', () => isOver),
    writeOn(plain, '/ports/b/', () => isOver),
    writeOn(await cluster.connect({ timeoutMs: 20_000 }), '/ports/c/', () => isOver),
  ];
  const setter = await cluster.connect({ timeoutMs: 20_000 });
  try {
    for (let version = 0; version < 10; version += 1) {
      await setter.schemas.set('/ports/', { type: 'integer', minimum: 0, description: `version ${version}` });
    }
  } finally {
    isOver = true;
  }
  for (const writer of writers) {
    const { written, failures } = await writer;
    expect(failures).toEqual([]);
    expect(written).toBeGreaterThan(0);
  }

  const path = `${cluster.folder('n1')}.schema.json`;
  await writeFile(path, '{"type":"object","required":["url"]}');
  const quorate = (...args: readonly string[]) => runQuorate([...args, '--nats', cluster.nats.url]);
  expect(await quorate('schema', 'set', '/db/', path)).toMatchObject({ exitCode: 0 });
  const put = await quorate('put', '/db/main', '{"pool":5}');
  expect(put.exitCode).toBe(1);
  expect(put.errorOutput).toBe(
    `quorate: "/db/main" does not match the schema of "/db/": the value must have required property 'url' (SchemaViolation)\n`,
  );
  expect((await quorate('schema')).output.toString()).toMatch(
    /^PREFIX +SET BY ENTRY +BYTES\n\/db\/ +\d+ +36\n\/ports\/ +\d+ +\d+\n$/,
  );
  expect(JSON.parse((await quorate('schema', 'get', '/db/')).output.toString())).toEqual({
    type: 'object',
    required: ['url'],
  });
  expect((await quorate('schema', 'delete', '/db/')).exitCode).toBe(0);
  expect((await quorate('put', '/db/main', '{"pool":5}')).exitCode).toBe(0);
  expect((await quorate('schema', 'get', '/db/')).exitCode).toBe(1);

  // A restart, and a snapshot, know them.
  const [follower = ''] = await cluster.followers();
  await store.takeSnapshot(follower);
  await cluster.node(follower).end('SIGKILL');
  await cluster.restart(follower);
  const subject = nodeApiSubject('main', 'config', follower, 'put');
  const again = await cluster.plain.request(subject, '{"key":"/ports/x","value":"eighty"}', { timeout: 5_000 });
  expect(again.json()).toMatchObject({ error: { code: 'SchemaViolation' } });
  expect(new Set((await cluster.statuses()).flatMap(({ partings }) => partings)).size).toBe(0);
  expect(cluster.errorsLogged()).toEqual([]);
});
