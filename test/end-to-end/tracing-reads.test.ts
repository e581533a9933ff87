import { randomBytes } from 'node:crypto';
import { headers } from 'nats';
import { expect, onTestFinished, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { type ExportedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { checkWhole } from '../support/span-tree.ts';

const callerSpan = 'cd'.repeat(8);

test('a read of each kind, at the leader and at a follower, is one whole trace that says how it was answered', {
  timeout: 120_000,
}, async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.stop());
  const cluster = await TestCluster.start({ steady: true, environment: receiver.environment });
  const { plain } = cluster;
  const store = await cluster.connect();
  await store.put('/private/key', 'secret');
  const leader = await cluster.leader();
  const [follower = ''] = cluster.ids.filter((id) => id !== leader);

  /** The read's span, and all of its trace. */
  const read = async (
    node: string,
    wish: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly span: ExportedSpan; readonly all: readonly ExportedSpan[] }> => {
    const traceId = randomBytes(16).toString('hex');
    const carried = headers();
    carried.set('traceparent', `00-${traceId}-${callerSpan}-01`);
    const body = JSON.stringify({ key: '/private/key', ...wish });
    const reply = await plain.request(`quorate.main.api.config.node.${node}.get`, body, {
      timeout: 20_000,
      headers: carried,
    });
    expect(reply.json()).toMatchObject({ entry: { value: 'secret' } });
    const ofTrace = (): readonly ExportedSpan[] => receiver.spans.filter((span) => span.traceId === traceId);
    const isAtBothEnds = (spans: readonly ExportedSpan[]): boolean =>
      spans.filter(({ kind }) => kind === 3).length === spans.filter(({ kind }) => kind === 2).length;
    return eventually('the trace is whole', async () => {
      checkWhole(ofTrace(), [callerSpan]);
      const span = ofTrace().find(({ name }) => name === 'raft/read');
      return span !== undefined && isAtBothEnds(ofTrace()) ? { span, all: ofTrace() } : null;
    });
  };

  // The first may find no lease yet; it brings it.
  await eventually('the lease is valid', async () => {
    await store.get('/private/key', { node: leader });
    return (await cluster.status(leader)).lease?.isValid === true ? true : null;
  });
  const cases = [
    { wish: { consistency: 'linearizable' }, sources: ['lease', 'round'], asks: true },
    { wish: { consistency: 'readIndex' }, sources: ['round'], asks: true },
    { wish: { consistency: 'bounded', maxStalenessMs: 10_000 }, sources: ['proof'], asks: false },
    { wish: { consistency: 'local' }, sources: ['local'], asks: false },
  ];
  const seen = new Set<unknown>();
  for (const node of [leader, follower]) {
    for (const { wish, sources, asks } of cases) {
      const { span, all } = await read(node, wish);
      expect(span).toMatchObject({ parentSpanId: callerSpan, error: null });
      expect(span.attributes).toMatchObject({
        'raft.node': node,
        'raft.consistency': wish.consistency,
        'raft.outcome': 'ok',
      });
      expect(sources).toContain(span.attributes['raft.index_source']);
      seen.add(span.attributes['raft.index_source']);
      const wholeMs = span.endMs - span.beginMs;
      const sumMs = Number(span.attributes['raft.stage.index_ms']) + Number(span.attributes['raft.stage.query_ms']);
      expect(Math.abs(sumMs / wholeMs - 1)).toBeLessThan(0.05);
      const names = all.filter(({ parentSpanId }) => parentSpanId === span.spanId).map(({ name }) => name);
      // A follower asks the leader over NATS, seen from both ends.
      const isRpc = asks && node === follower;
      expect(names.sort()).toEqual(['raft/index', 'raft/query', ...(isRpc ? ['raft/readIndex'] : [])].sort());
      const served = all.filter(({ kind }) => kind === 2);
      expect(served.map(({ name, attributes }) => [name, attributes['raft.node']])).toEqual(
        isRpc ? [['raft/readIndex', leader]] : [],
      );
      // Keys and values are nobody's business.
      expect(JSON.stringify(all)).not.toMatch(/secret|private/);
    }
  }
  expect(seen).toEqual(new Set(['lease', 'round', 'proof', 'local']));
});
