import { type ClusterStatus, FormationRefused, type NodeStatus, OutcomeUnknown, Unavailable } from '@quorate/client';
import { expect, test } from 'vitest';
import { waitForCluster } from '../src/up/wait-for-cluster.ts';

const ids = ['n1', 'n2', 'n3'];
const pids = new Map(ids.map((id, at) => [id, 100 + at]));

const node = (id: string, fields: Partial<NodeStatus> = {}): NodeStatus => ({
  id,
  storageId: `${id}-storage`,
  pid: pids.get(id) ?? 0,
  version: '0.1.0',
  formation: 'unformed',
  clusterId: null,
  role: null,
  term: 0n,
  leader: null,
  commitIndex: 0n,
  lastApplied: 0n,
  lastLogIndex: 0n,
  firstIndex: 1n,
  damage: null,
  peers: [],
  clock: null,
  partings: [],
  dropped: {},
  disk: null,
  payload: null,
  lease: null,
  load: null,
  writesRefused: null,
  voters: [],
  outgoingVoters: [],
  learners: [],
  removed: [],
  ...fields,
});
const member = (id: string): NodeStatus => node(id, { formation: 'formed', role: 'follower' });

const unformed: ClusterStatus = { leader: null, nodes: ids.map((id) => node(id)) };
const led: ClusterStatus = { leader: 'n2', nodes: ids.map(member) };

/** Waits for a cluster whose status is each of these in turn, and tells what was done on the way. */
async function waitFor(
  statuses: readonly (ClusterStatus | Error)[],
  options: { readonly formError?: Error; readonly dead?: string } = {},
): Promise<readonly string[]> {
  const events: string[] = [];
  const left = [...statuses];
  const { leader } = await waitForCluster({
    store: {
      status: async () => {
        const status = left.shift() ?? new Error('asked too often');
        if (status instanceof Error) throw status;
        return status;
      },
    },
    ids,
    pidOf: (id) => (id === options.dead ? undefined : pids.get(id)),
    form: async () => {
      events.push('form');
      if (options.formError !== undefined) throw options.formError;
      return { clusterId: 'c', voters: [], acknowledged: ids, unacknowledged: [] };
    },
    say: (line) => events.push(line),
    signal: new AbortController().signal,
  });
  return [...events, `${leader} leads`];
}

test('nodes that are in no cluster become one, once all of them answer', async () => {
  const some = { leader: null, nodes: unformed.nodes.slice(0, 2) };
  const elected = { leader: null, nodes: led.nodes };
  expect(await waitFor([new Unavailable(), some, unformed, elected, led])).toEqual(['form', 'n2 leads']);
});

test('where one is in a cluster, none is formed: that one hands the others its record', async () => {
  const begun = { leader: null, nodes: [member('n1'), node('n2'), node('n3')] };
  expect(await waitFor([begun, begun, led])).toEqual(['n2 leads']);
});

test('a record whose acknowledgement is lost may have made the cluster', async () => {
  expect(await waitFor([unformed, led], { formError: new OutcomeUnknown() })).toEqual(['form', 'n2 leads']);
  const refused = new FormationRefused({ reason: 'is in a cluster already', node: 'n9' });
  await expect(waitFor([unformed, led], { formError: refused })).rejects.toBe(refused);
});

test('a node that has died meanwhile is not waited for', async () => {
  const nodes = [member('n1'), member('n2'), { id: 'n3', storageId: 's', role: 'unreachable' } as const];
  expect(
    await waitFor(
      [
        { leader: 'n1', nodes },
        { leader: 'n1', nodes },
      ],
      { dead: 'n3' },
    ),
  ).toEqual(['n1 leads']);
});

test('another process under the name of a node is not taken for it', async () => {
  const nodes = [node('n1', { pid: 999 }), node('n2'), node('n3')];
  await expect(waitFor([{ leader: 'n1', nodes }])).rejects.toThrow('another process, 999, answers as node n1');
});

test('nodes that can do nothing for the cluster are told of', async () => {
  const nodes = [
    node('n1', { formation: 'formed', role: 'leader', voters: [{ id: 'n1', storageId: 's' }] }),
    node('n2', { formation: 'spent' }),
    node('n3'),
  ];
  expect(
    await waitFor([
      { leader: 'n1', nodes },
      { leader: 'n1', nodes },
    ]),
  ).toEqual([
    expect.stringMatching(/^node n2 is spent/),
    expect.stringMatching(/^node n3 is not one of the cluster's voters/),
    'n1 leads',
  ]);
});
