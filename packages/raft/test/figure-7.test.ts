import { describe, expect, test } from 'vitest';
import { logIndex, term } from '../src/index.ts';
import { TestCluster } from './support/cluster.ts';
import { entriesOf, termsOf } from './support/entries.ts';

/** Raft figure 7: the terms of the log of the leader that has just been elected for term 8. */
const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];

/** Its followers, and how many AppendEntries each refuses until it is found where the logs agree. */
const followers = [
  { name: 'a', log: [1, 1, 1, 4, 4, 5, 5, 6, 6], refusals: 1 },
  { name: 'b', log: [1, 1, 1, 4], refusals: 1 },
  { name: 'c', log: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6], refusals: 0 },
  { name: 'd', log: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], refusals: 0 },
  { name: 'e', log: [1, 1, 1, 4, 4, 4, 4], refusals: 1 },
  { name: 'f', log: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], refusals: 1 },
] as const;

const everything = { maxEntries: 1e6, maxBytes: 1e9 };

/** A cluster of nodes with these logs, all in `currentTerm`, in which `leader` alone campaigns. Counts the refusals of each follower. */
function clusterOf(logs: Readonly<Record<string, readonly number[]>>, leader: string, currentTerm: number) {
  const cluster = new TestCluster(Object.keys(logs));
  const refusals = new Map<string, number>();
  for (const [name, terms] of Object.entries(logs)) {
    const hardState = { currentTerm: term(currentTerm), votedFor: null };
    // Entries of one index and term are the same entry: their bytes tell both.
    cluster.setDisk(name, { hardState, longestPromiseMs: 0, entries: entriesOf(terms) });
  }
  cluster.passes = ({ from, message }) => {
    if (message.kind === 'prepareCampaign') return from.node === leader;
    if (message.kind === 'appendEntriesReply' && 'success' in message && message.success === false) {
      refusals.set(from.node, (refusals.get(from.node) ?? 0) + 1);
    }
    return true;
  };
  cluster.startAll();
  const logOf = (name: string) => cluster.node(name).storage.read(logIndex(1), everything);
  return { cluster, refusals, logOf };
}

describe('Raft figure 7', () => {
  const logs = { leader: leaderLog, ...Object.fromEntries(followers.map(({ name, log }) => [name, log])) };
  const { cluster, refusals, logOf } = clusterOf(logs, 'leader', 7);
  cluster.run(2000);

  test('the leader wins term 8 with the votes of (a), (b), (e) and (f), and adds its no-op', () => {
    expect(cluster.leader()?.id).toBe('leader');
    expect(termsOf(logOf('leader'))).toEqual([...leaderLog, 8]);
  });

  test.each(followers)(
    'follower ($name) is repaired after $refusals refused round trips',
    ({ name, refusals: expected }) => {
      expect(refusals.get(name) ?? 0).toBe(expected);
      expect(logOf(name)).toEqual(logOf('leader'));
      expect(cluster.node(name).stateMachine.applied).toEqual(logOf('leader'));
    },
  );
});

test('a follower that parted long ago costs a refused round trip for each term that differs, not for each entry', () => {
  const times = (count: number, value: number): number[] => Array(count).fill(value);
  const { cluster, refusals, logOf } = clusterOf(
    {
      n1: [...times(5, 1), ...times(50, 3), ...times(50, 5), ...times(50, 7)],
      n2: [...times(5, 1), ...times(60, 2), ...times(60, 4), ...times(20, 6)],
      n3: times(5, 1),
    },
    'n1',
    7,
  );
  cluster.run(2000);
  expect(refusals.get('n2')).toBeLessThanOrEqual(3);
  expect(refusals.get('n3')).toBe(1);
  expect(logOf('n2')).toEqual(logOf('n1'));
  expect(logOf('n3')).toEqual(logOf('n1'));
});
