import { setTimeout as after } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';

const rounds = 5;
/** Longer than any election timeout of a steady cluster, whose leader no busy machine deposes meanwhile. */
const sleepMs = 2_000;

test('a follower that wakes up reads what waits in its socket before it obeys its election timer', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const store = await cluster.connect();
  const leader = await cluster.leader();
  const [asleep = ''] = await cluster.followers();
  const { term } = await cluster.status(leader);
  const doubts = (): number => cluster.node(asleep).log.filter(({ msg }) => msg === 'became pre-candidate').length;
  const before = doubts();
  for (let round = 1; round <= rounds; round += 1) {
    await cluster.node(asleep).pause();
    await after(sleepMs);
    cluster.node(asleep).resume();
    await store.put('/app/round', String(round));
    await cluster.caughtUp(asleep);
    expect(await cluster.status(asleep)).toMatchObject({ leader, term });
  }
  expect(doubts()).toBe(before);
});
