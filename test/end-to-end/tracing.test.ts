import { setTimeout as after } from 'node:timers/promises';
import { headers } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { type ExportedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { checkWhole, stageSumMs } from '../support/span-tree.ts';

const traceId = 'ab'.repeat(16);
const callerSpan = 'cd'.repeat(8);

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('a write is one trace, from the caller over the commit to both followers', { timeout: 120_000 }, async () => {
    const receiver = await startOtlpReceiver();
    onTestFinished(() => receiver.stop());
    const cluster = await TestCluster.start({ localDelivery, steady: true, environment: receiver.environment });
    const carried = headers();
    carried.set('traceparent', `00-${traceId}-${callerSpan}-01`);
    const { plain } = cluster;
    const changes = plain.subscribe('quorate.main.stream.config.changes.traced', { max: 1 });
    const reply = await plain.request('quorate.main.api.config.put', JSON.stringify({ key: '/traced', value: '1' }), {
      timeout: 10_000,
      headers: carried,
    });
    expect(reply.json()).toEqual({ revision: '1' });

    const named = (name: string, kind: number): readonly ExportedSpan[] =>
      receiver.spans.filter((span) => span.traceId === traceId && span.name === name && span.kind === kind);
    const [commit] = await eventually('the span of the commit', async () => atLeast(1, named('raft/commit', 1)));
    const leader = String(commit?.attributes['raft.node']);
    const followers = cluster.ids.filter((id) => id !== leader);
    expect(followers).toHaveLength(2);
    expect(commit?.parentSpanId).toBe(callerSpan);
    expect(commit?.attributes).toMatchObject({
      'raft.outcome': 'applied',
      'raft.cluster': 'main',
    });
    expect(Number(commit?.attributes['raft.index'])).toBeGreaterThanOrEqual(2);

    for (const follower of followers) {
      const [asked] = await eventually(`the leader's span for ${follower}`, async () =>
        atLeast(
          1,
          named('raft/appendEntries', 3).filter(({ attributes }) => attributes['raft.peer'] === follower),
        ),
      );
      expect(asked).toMatchObject({ parentSpanId: commit?.spanId, attributes: { 'raft.node': leader } });
      const [served] = await eventually(`the span of ${follower}`, async () =>
        atLeast(
          1,
          named('raft/appendEntries', 2).filter(({ parentSpanId }) => parentSpanId === asked?.spanId),
        ),
      );
      expect(served?.attributes).toMatchObject({ 'raft.node': follower, 'raft.peer': leader });
    }

    // Whoever follows the changes can go on with the trace.
    for await (const change of changes) {
      expect(change.headers?.get('traceparent')).toBe(`00-${traceId}-${commit?.spanId}-01`);
    }
    // The election was traced as well, with the votes below it.
    const campaign = await eventually(
      'the campaign that was won',
      async () =>
        receiver.spans.find(
          ({ name, attributes }) => name === 'raft/campaign' && attributes['raft.outcome'] === 'won',
        ) ?? null,
    );
    expect(campaign?.attributes).toMatchObject({ 'raft.node': leader, 'raft.reason': 'timeout' });
    await eventually('a vote is traced at both ends', async () => {
      const asked = receiver.spans.find(
        ({ name, kind, parentSpanId }) =>
          name === 'raft/requestVote' && kind === 3 && parentSpanId === campaign?.spanId,
      );
      const served = receiver.spans.find(({ kind, parentSpanId }) => kind === 2 && parentSpanId === asked?.spanId);
      return served === undefined ? null : true;
    });

    // Nothing else is: no message that stays within a node, and none that nobody answers.
    const rpcs = ['raft/appendEntries', 'raft/requestVote', 'raft/requestPreVote', 'raft/propose'];
    const names = ['raft/commit', 'raft/campaign', ...rpcs, ...ofTheLeader, ...ofAFollower];
    // On a busy machine a member may be silent for a moment, which is traced.
    const sometimes = ['raft/stageChanged'];
    expect(receiver.spans.map(({ name }) => name).filter((name) => ![...names, ...sometimes].includes(name))).toEqual(
      [],
    );
    const isOfTwo = ({ attributes }: ExportedSpan): boolean => attributes['raft.peer'] !== attributes['raft.node'];
    expect(receiver.spans.filter((span) => !isOfTwo(span))).toEqual([]);
    const ofTheWrite = receiver.spans.filter((span) => span.traceId === traceId);
    expect(ofTheWrite.filter(({ name }) => name === 'raft/commit')).toEqual([commit]);

    // Where the time went, at the leader below the commit, and at each follower below its RPC.
    const within = (parent: ExportedSpan | undefined): readonly ExportedSpan[] =>
      receiver.spans.filter((span) => span.parentSpanId === parent?.spanId && span.kind === 1);
    const stages = await eventually('the stages of the commit', async () =>
      atLeast(ofTheLeader.length, within(commit)),
    );
    expect(stages.map(({ name }) => name).sort()).toEqual([...ofTheLeader].sort());
    const stage = (name: string): ExportedSpan => found(stages.find((one) => one.name === name));
    for (const one of stages) {
      expect(one.attributes).toMatchObject({ 'raft.node': leader, 'raft.index': commit?.attributes['raft.index'] });
      expect(one.beginMs).toBeGreaterThanOrEqual(found(commit).beginMs);
      // Its own disk may be later than the quorum.
      if (one.name !== 'raft/flush') expect(one.endMs).toBeLessThanOrEqual(found(commit).endMs);
    }
    expect(cluster.ids).toContain(stage('raft/quorum').attributes['raft.completed_by']);
    const inOrder = ['raft/batch', 'raft/append', 'raft/quorum', 'raft/apply'].map(stage);
    for (const [at, { beginMs }] of inOrder.entries()) {
      expect(beginMs).toBeGreaterThanOrEqual((inOrder[at - 1]?.endMs ?? 0) - clockGrainMs);
    }
    for (const follower of followers) {
      const served = named('raft/appendEntries', 2).find(({ attributes }) => attributes['raft.node'] === follower);
      const parts = await eventually(`the stages of ${follower}`, async () =>
        atLeast(ofAFollower.length, within(served)),
      );
      expect(parts.map(({ name }) => name).sort()).toEqual([...ofAFollower].sort());
      for (const part of parts) {
        expect(part.attributes['raft.node']).toBe(follower);
        expect(part.beginMs).toBeGreaterThanOrEqual(found(served).beginMs);
      }
    }
    // No orphan: whatever is below the caller's span is below it by spans that are there, and lies within them.
    const ofTrace = (): readonly ExportedSpan[] => receiver.spans.filter((span) => span.traceId === traceId);
    await eventually('the trace is whole', async () => checkWhole(ofTrace(), [callerSpan]));
    const wholeMs = found(commit).endMs - found(commit).beginMs;
    expect(Math.abs(stageSumMs(found(commit)) - wholeMs) / wholeMs).toBeLessThan(0.05);
    const isServed = ({ spanId, parentSpanId, kind }: ExportedSpan): boolean =>
      kind === 3 ? ofTheWrite.some((span) => span.parentSpanId === spanId) : parentSpanId !== '';
    expect(ofTheWrite.filter((span) => !isServed(span))).toEqual([]);
  });
});

test('a slow commit is traced where nothing is sampled, and no other is', { timeout: 120_000 }, async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.stop());
  const environment = { ...receiver.environment, OTEL_TRACES_SAMPLER: 'always_off', QUORATE_SLOW_WRITE_MS: '250' };
  const cluster = await TestCluster.start({ steady: true, environment });
  const store = await cluster.connect();
  for (let at = 0; at < 20; at += 1) await store.put(`/usual/${at}`, 'x');
  const leader = await cluster.leader();
  const followers = cluster.ids.filter((id) => id !== leader);
  await Promise.all(followers.map((id) => cluster.node(id).pause()));
  const written = store.put('/slow', 'x');
  await after(400);
  for (const id of followers) cluster.node(id).resume();
  await written;
  const commits = (): readonly ExportedSpan[] => receiver.spans.filter(({ name }) => name === 'raft/commit');
  const [kept] = await eventually('the span of the slow commit', async () => atLeast(1, commits()));
  expect(kept?.attributes).toMatchObject({ 'raft.kept': 'slow', 'raft.outcome': 'applied', 'raft.node': leader });
  expect(found(kept).endMs - found(kept).beginMs).toBeGreaterThan(250);
  const below = await eventually('its stages', async () =>
    atLeast(
      ofTheLeader.length + followers.length,
      receiver.spans.filter(({ parentSpanId }) => parentSpanId === kept?.spanId),
    ),
  );
  expect(below.map(({ name }) => name).sort()).toEqual(
    [...ofTheLeader, ...followers.map(() => 'raft/appendEntries')].sort(),
  );
  // Nobody was told to record what the followers did: they remembered it.
  for (const asked of below.filter(({ name }) => name === 'raft/appendEntries')) {
    const follower = asked.attributes['raft.peer'];
    const [served] = await eventually(`what ${follower} did`, async () =>
      atLeast(1, childrenOf(asked, receiver.spans)),
    );
    expect(served).toMatchObject({ kind: 2, attributes: { 'raft.node': follower, 'raft.peer': leader } });
    const parts = await eventually(`the stages of ${follower}`, async () =>
      atLeast(2, childrenOf(found(served), receiver.spans)),
    );
    expect(parts.map(({ name }) => name)).toEqual(expect.arrayContaining(['raft/append', 'raft/flush']));
    for (const part of parts) expect(part.attributes['raft.node']).toBe(follower);
  }
  checkWhole(receiver.spans.filter((span) => span.traceId === kept?.traceId));
  expect(Math.abs(stageSumMs(found(kept)) / (found(kept).endMs - found(kept).beginMs) - 1)).toBeLessThan(0.05);
  // Nothing else but the campaign of the first leader, and what it asked the voters.
  const others = receiver.spans.filter(({ attributes }) => !('raft.kept' in attributes)).map(({ name }) => name);
  expect(others.filter((name) => !name.startsWith('raft/request'))).toEqual([]);
});

const ofTheLeader = ['raft/batch', 'raft/append', 'raft/flush', 'raft/quorum', 'raft/apply'];
const ofAFollower = ['raft/append', 'raft/flush', 'raft/apply'];

/** What OTLP's nanoseconds lose where they are milliseconds in a double. */
const clockGrainMs = 0.01;

function found(span: ExportedSpan | undefined): ExportedSpan {
  if (span === undefined) throw new Error('there is no such span');
  return span;
}

const childrenOf = (parent: ExportedSpan, spans: readonly ExportedSpan[]): readonly ExportedSpan[] =>
  spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);

const atLeast = (count: number, spans: readonly ExportedSpan[]): readonly ExportedSpan[] | null =>
  spans.length >= count ? spans : null;
