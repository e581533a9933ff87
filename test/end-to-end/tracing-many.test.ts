import { randomBytes } from 'node:crypto';
import { headers } from 'nats';
import { expect, onTestFinished, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { type ExportedSpan, type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { checkWhole, reachedFrom, stageSumMs } from '../support/span-tree.ts';

const callerSpan = 'cd'.repeat(8);

/** A cluster whose nodes export all that is sampled to a receiver. */
async function start(): Promise<{ readonly cluster: TestCluster; readonly receiver: OtlpReceiver }> {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.stop());
  const cluster = await TestCluster.start({ steady: true, environment: receiver.environment });
  return { cluster, receiver };
}

/** Writes a key in a trace, by way of a node. */
async function write({ plain }: TestCluster, node: string, key: string, traceId: string): Promise<void> {
  const carried = headers();
  carried.set('traceparent', `00-${traceId}-${callerSpan}-01`);
  const subject = `quorate.main.api.config.node.${node}.put`;
  const options = { timeout: 20_000, headers: carried };
  const reply = await plain.request(subject, JSON.stringify({ key, value: '1' }), options);
  expect(reply.json()).toHaveProperty('revision');
}

test('a batch of a hundred writes: each commit is a span, what they share is made once, and each leads to all of it', {
  timeout: 120_000,
}, async () => {
  const { cluster, receiver } = await start();
  const leader = await cluster.leader();
  const followers = cluster.ids.filter((id) => id !== leader);
  const traceId = randomBytes(16).toString('hex');
  await Promise.all(Array.from({ length: 100 }, (_, at) => write(cluster, leader, `/batch/${at}`, traceId)));

  const ofTrace = (): readonly ExportedSpan[] => receiver.spans.filter((span) => span.traceId === traceId);
  const commits = (): readonly ExportedSpan[] => ofTrace().filter(({ name }) => name === 'raft/commit');
  const shared = ['raft/append', 'raft/flush', 'raft/quorum', 'raft/apply'];
  const expected = [...followers.map(() => 'raft/appendEntries'), ...shared].sort();
  await eventually('every commit leads to what it waited for', async () => {
    checkWhole(ofTrace(), [callerSpan]);
    const reached = commits().map((commit) => reachedFrom(commit, ofTrace()).map(({ name }) => name));
    const isWhole = reached.every((names) => expected.every((name) => names.includes(name)));
    return commits().length === 100 && isWhole ? true : null;
  });
  const appends = ofTrace().filter(
    ({ name, attributes }) => name === 'raft/append' && attributes['raft.node'] === leader,
  );
  expect(appends.length).toBeLessThan(60);
  const indexes = commits().map(({ attributes }) => Number(attributes['raft.index']));
  expect(new Set(indexes).size).toBe(100);
  for (const commit of commits()) {
    expect(commit).toMatchObject({ parentSpanId: callerSpan, error: null, events: ['appended', 'committed'] });
    const wholeMs = commit.endMs - commit.beginMs;
    expect(Math.abs(stageSumMs(commit) - wholeMs) / wholeMs).toBeLessThan(0.05);
    // Both peers, though what was sent to them is below another write of the batch.
    const peers = reachedFrom(commit, ofTrace()).flatMap(({ name, attributes }) =>
      name === 'raft/appendEntries' ? [attributes['raft.peer']] : [],
    );
    expect(new Set(peers)).toEqual(new Set(followers));
  }
});

test('writes during a change of the leader: each is one whole trace, with one commit that was applied', {
  timeout: 120_000,
}, async () => {
  const { cluster, receiver } = await start();
  const store = await cluster.connect();
  const first = await cluster.leader();
  const [through = ''] = cluster.ids.filter((id) => id !== first);
  const traceIds: string[] = [];
  let isOver = false;
  const writer = async (name: string): Promise<void> => {
    for (let at = 0; !isOver; at += 1) {
      const traceId = randomBytes(16).toString('hex');
      traceIds.push(traceId);
      await write(cluster, through, `/${name}/${at}`, traceId);
    }
  };
  const writers = ['a', 'b', 'c', 'd'].map(writer);
  // Enough on either side of the change.
  const come = (count: number): Promise<true> =>
    eventually(`${count} writes`, async () => (traceIds.length >= count ? true : null));
  await come(20);
  await store.transfer();
  await come(traceIds.length + 20);
  isOver = true;
  await Promise.all(writers);

  const ofTrace = (traceId: string): readonly ExportedSpan[] =>
    receiver.spans.filter((span) => span.traceId === traceId);
  const applied = (traceId: string): readonly ExportedSpan[] =>
    ofTrace(traceId).filter(
      ({ name, attributes }) => name === 'raft/commit' && attributes['raft.outcome'] === 'applied',
    );
  for (const traceId of traceIds) {
    await eventually('the trace is whole', async () => {
      checkWhole(ofTrace(traceId), [callerSpan]);
      return applied(traceId).length === 1 ? true : null;
    });
  }
  const leaders = traceIds.flatMap((traceId) => applied(traceId).map(({ attributes }) => attributes['raft.node']));
  expect(new Set(leaders)).toEqual(new Set([first, await cluster.leader()]));
  // By way of another node: the proposal is an RPC, at both ends, unless that node leads by then.
  const [early = ''] = traceIds;
  const names = ofTrace(early).map(({ name, kind }) => `${name} ${kind}`);
  expect(names).toEqual(expect.arrayContaining(['raft/propose 3', 'raft/propose 2', 'raft/appendEntries 2']));
});
