import { headers, type Msg, RequestStrategy, type ServiceInfo } from 'nats';
import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';

const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('any NATS client reads and writes in JSON on any node, and follows the changes', {
    timeout: 120_000,
  }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const { plain } = cluster;
    const ask = async (subject: string, request: unknown, carried = headers()): Promise<Msg> =>
      plain.request(`quorate.main.api.config.${subject}`, JSON.stringify(request), {
        timeout: 10_000,
        headers: carried,
      });
    const changes: Msg[] = [];
    const changesOf = (count: number): Promise<readonly Msg[]> =>
      expect
        .poll(() => changes.length, { timeout: 10_000 })
        .toBe(count)
        .then(() => changes);
    plain.subscribe('quorate.main.stream.config.changes.app.>', {
      callback: (_error, message) => void changes.push(message),
    });
    await plain.flush();

    // Writes and reads, through the queue group and through each node by its name.
    const carried = headers();
    carried.set('traceparent', traceparent);
    expect((await ask('put', { key: '/app/db/url', value: 'postgres://' }, carried)).json()).toEqual({ revision: '1' });
    expect((await ask('put', { key: '/other', valueBase64: '/w==' })).json()).toEqual({ revision: '2' });
    for (const [at, node] of cluster.ids.entries()) {
      const put = await ask(`node.${node}.put`, {
        key: '/app/count',
        value: String(at),
        ifRevision: String(at === 0 ? 0 : at + 2),
      });
      expect(put.json()).toEqual({ revision: String(at + 3) });
    }
    for (const subject of ['get', ...cluster.ids.map((node) => `node.${node}.get`)]) {
      const entry = { key: '/app/db/url', value: 'postgres://', createRevision: '1', modRevision: '1', version: '1' };
      expect((await ask(subject, { key: '/app/db/url' })).json()).toMatchObject({ entry, revision: '5' });
      expect((await ask(subject, { key: '/other' })).json()).toMatchObject({ entry: { valueBase64: '/w==' } });
      expect((await ask(subject, { key: '/none' })).json()).toMatchObject({ entry: null });
    }
    const page = (await ask('list', { prefix: '/app/', limit: 1 })).json();
    expect(page).toMatchObject({ entries: [{ key: '/app/count', value: '2' }], more: true });
    expect((await ask('delete', { key: '/app/db/url' })).json()).toEqual({ revision: '6', deleted: true });
    const entries = (await ask('node.n3.entries', { fromIndex: '2', limit: 1 })).json();
    expect(entries).toMatchObject({
      entries: [{ index: '2', command: { op: 'put', key: '/app/db/url' } }],
      firstIndex: '1',
    });

    // A watch: what was changed, from any node, and where to go on.
    const watched = (await ask('node.n2.watch', { prefix: '/app/', fromRevision: '3', previous: true })).json();
    expect(watched).toMatchObject({
      changes: [
        { key: '/app/count', op: 'put', value: '0', revision: '3', ordinal: 0 },
        { key: '/app/count', value: '1', revision: '4', previous: { value: '0', modRevision: '3' } },
        { key: '/app/count', value: '2', revision: '5' },
        { key: '/app/db/url', op: 'delete', revision: '6', previous: { value: 'postgres://' } },
      ],
      nextRevision: '7',
      nextOrdinal: 0,
      node: 'n2',
    });
    const idle = { key: '/app/count', fromRevision: '7', timeoutMs: 50 };
    expect((await ask('watch', idle)).json()).toMatchObject({ changes: [], nextRevision: '7' });

    // Errors stand in the body, and in the headers that NATS has for them.
    const failures = [
      ['put', { key: '', value: '' }, 'InvalidKey', '400'],
      ['put', { key: '/a', value: 1 }, 'InvalidRequest', '400'],
      ['node.n2.put', { key: '/app/count', value: '', ifRevision: 1 }, 'RevisionMismatch', '409'],
      ['list', { limit: 0 }, 'InvalidLimit', '400'],
      ['node.n1.get', { kee: '/a' }, 'InvalidRequest', '400'],
    ] as const;
    for (const [subject, request, code, status] of failures) {
      const reply = await ask(subject, request);
      expect(reply.json()).toEqual({ error: { code, message: expect.any(String), details: expect.any(Object) } });
      expect(reply.headers?.get('Nats-Service-Error-Code')).toBe(status);
      expect(reply.headers?.get('Nats-Service-Error')).toContain(code);
    }

    // The stream of changes: one message for each, under its key as a subject.
    const seen = await changesOf(5);
    const stream = 'quorate.main.stream.config.changes';
    expect(seen.map(({ subject }) => subject)).toEqual(
      ['app.db.url', 'app.count', 'app.count', 'app.count', 'app.db.url'].map((tokens) => `${stream}.${tokens}`),
    );
    expect(seen.map((message) => message.headers?.get('Nats-Msg-Id'))).toEqual(
      [1, 3, 4, 5, 6].map((revision) => `main.config.${revision}.0`),
    );
    expect(seen.map((message) => message.headers?.get('Quorate-Revision'))).toEqual(['1', '3', '4', '5', '6']);
    expect(seen.map((message) => message.headers?.get('traceparent'))).toEqual([traceparent, '', '', '', '']);
    const alone = { ordinal: 0, changeCount: 1, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/) };
    expect(seen[0]?.json()).toEqual({
      key: '/app/db/url',
      op: 'put',
      value: 'postgres://',
      revision: '1',
      createRevision: '1',
      version: '1',
      index: '2',
      ...alone,
    });
    expect(seen[4]?.json()).toEqual({
      key: '/app/db/url',
      op: 'delete',
      revision: '6',
      index: expect.any(String),
      ...alone,
    });

    // NATS's own discovery shows every node.
    const infos: ServiceInfo[] = [];
    for await (const info of await plain.services
      .client({ strategy: RequestStrategy.Count, maxMessages: 3, maxWait: 10_000 })
      .info('quorate'))
      infos.push(info);
    expect(infos.map(({ metadata }) => metadata?.node).sort()).toEqual([...cluster.ids]);
    for (const { metadata, endpoints } of infos) {
      expect(metadata).toMatchObject({ cluster: 'main', group: 'config' });
      const subjects = endpoints.map(({ subject }) => subject);
      expect(subjects).toContain('quorate.main.api.config.get');
      expect(subjects).toContain(`quorate.main.api.config.node.${metadata?.node}.put`);
    }
  });

  test('a write of a session is made once, in JSON, whichever node is asked', { timeout: 120_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery });
    const ask = async (subject: string, request: unknown): Promise<unknown> => {
      const body = JSON.stringify(request);
      return (await cluster.plain.request(`quorate.main.api.config.${subject}`, body, { timeout: 10_000 })).json();
    };
    const { session } = Object(await ask('session', { op: 'open', ttlMs: 60_000 }));
    expect(session).toMatch(/^[1-9][0-9]*$/);
    const put = { key: '/a', value: 'x', session, sequence: '1', floor: '0' };
    for (const node of cluster.ids) expect(await ask(`node.${node}.put`, put)).toEqual({ revision: '1' });
    const create = { ...put, ifRevision: '0', sequence: '2' };
    const mismatch = { error: { code: 'RevisionMismatch', details: { actual: '1' } } };
    expect(await ask('put', create)).toMatchObject(mismatch);
    expect(await ask('delete', { key: '/a' })).toEqual({ revision: '2', deleted: true });
    expect(await ask('put', create)).toMatchObject(mismatch);
    expect(await ask('session', { op: 'keep', session, floor: '2' })).toEqual({});
    expect(await ask('put', put)).toMatchObject({ error: { code: 'SequencePassed' } });
    expect(await ask('put', { ...put, sequence: '1025' })).toMatchObject({ error: { code: 'SessionWindowExceeded' } });
    expect(await ask('session', { op: 'close', session })).toEqual({});
    expect(await ask('put', { ...put, sequence: '3' })).toMatchObject({ error: { code: 'SessionExpired' } });
    expect(await ask('get', { key: '/a' })).toMatchObject({ entry: null, revision: '2' });
  });

  test('transactions, the past and its end, in JSON, and equal on all nodes', { timeout: 120_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const ask = async (subject: string, request: unknown): Promise<unknown> =>
      (
        await cluster.plain.request(`quorate.main.api.config.${subject}`, JSON.stringify(request), { timeout: 10_000 })
      ).json();
    const changes: unknown[] = [];
    cluster.plain.subscribe('quorate.main.stream.config.changes.>', {
      callback: (_error, message) => void changes.push(message.json()),
    });
    await cluster.plain.flush();

    expect(await ask('put', { key: '/a', value: '1', contentType: 'text/plain' })).toEqual({ revision: '1' });
    const transaction = {
      compare: [
        { key: '/a', value: '1' },
        { prefix: '/b/', exists: false },
      ],
      then: [
        { op: 'put', key: '/b/1', value: 'x' },
        { op: 'delete', key: '/a' },
        { op: 'txn', compare: [{ key: '/a', version: { '>': 3 } }], else: [{ op: 'get', key: '/b/1' }] },
      ],
      else: [{ op: 'list', prefix: '/' }],
    };
    const entry = { key: '/b/1', value: 'x', createRevision: '2', modRevision: '2', version: '1' };
    expect(await ask('txn', transaction)).toEqual({
      revision: '2',
      succeeded: true,
      results: [
        { op: 'put' },
        { op: 'delete', deleted: 1 },
        { op: 'txn', succeeded: false, results: [{ op: 'get', entry }] },
      ],
    });
    expect(await ask('txn', transaction)).toEqual({
      revision: '2',
      succeeded: false,
      results: [{ op: 'list', entries: [entry], more: false }],
    });
    await expect.poll(() => changes.length, { timeout: 10_000 }).toBe(3);
    expect(changes).toMatchObject([
      { key: '/a', op: 'put', revision: '1', ordinal: 0, changeCount: 1, contentType: 'text/plain' },
      { key: '/b/1', op: 'put', revision: '2', ordinal: 0, changeCount: 2 },
      { key: '/a', op: 'delete', revision: '2', ordinal: 1, changeCount: 2 },
    ]);

    const old = { key: '/a', value: '1', contentType: 'text/plain', createRevision: '1', version: '1' };
    for (const node of cluster.ids) {
      expect(await ask(`node.${node}.get`, { key: '/a', revision: '1' })).toMatchObject({ entry: old, revision: '2' });
      expect(await ask(`node.${node}.list`, { from: '/', revision: '1' })).toMatchObject({ entries: [old] });
      expect(await ask(`node.${node}.history`, { key: '/a' })).toMatchObject({
        changes: [
          { op: 'delete', revision: '2' },
          { op: 'put', revision: '1', value: '1' },
        ],
        more: false,
        oldestRevision: '1',
      });
    }
    const ahead = await ask('get', { key: '/a', revision: '3' });
    expect(ahead).toMatchObject({ error: { code: 'RevisionNotWritten', details: { newestRevision: '2' } } });

    expect(await ask('compact', { revision: '2' })).toEqual({ oldestRevision: '2', isDone: true });
    expect(await ask('set-retention', { maxAgeMs: 60_000, maxVersions: 10 })).toEqual({});
    const states = await Promise.all(cluster.ids.map((node) => ask(`node.${node}.retention`, {})));
    expect(states[0]).toMatchObject({ maxAgeMs: 60_000, maxVersions: 10, oldestRevision: '2', revision: '2' });
    expect(states).toEqual([states[0], states[0], states[0]]);
    for (const node of cluster.ids) {
      expect(await ask(`node.${node}.get`, { key: '/a', revision: '1' })).toMatchObject({
        error: { code: 'RevisionCompacted', details: { revision: '1', oldestRevision: '2' } },
      });
    }

    // What is wrong is said with its place, and nothing is done.
    const failures = [
      [{ then: [{ op: 'put', key: '/c', value: 1 }] }, 'InvalidRequest'],
      [{ then: ['/c', '/c'].map((key) => ({ op: 'put', key, value: '' })) }, 'KeyWrittenTwice'],
      [{ then: Array(129).fill({ op: 'get', key: '/c' }) }, 'TransactionTooLarge'],
      [{ then: [{ op: 'delete', from: '/b', to: '/a' }] }, 'InvalidRange'],
    ] as const;
    for (const [request, code] of failures) expect(await ask('txn', request)).toMatchObject({ error: { code } });
    expect(await ask('list', {})).toMatchObject({ entries: [entry], revision: '2' });
  });
});
