import type { ClusterMembers, ClusterStatus, CommittedEntry, NodeStatus } from '@quorate/client';
import { expect, test } from 'vitest';
import { committedRow } from '../src/output/committed-line.ts';
import { membersLines } from '../src/output/members-text.ts';
import { escaped, previewOf } from '../src/output/preview.ts';
import { statusLines } from '../src/output/status-text.ts';
import { tableLines } from '../src/output/table.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a table has even columns, numbers at the right, and nothing at the end of a line', () => {
  const lines = tableLines(
    [{ title: 'KEY' }, { title: 'SIZE', align: 'right' }, { title: 'NOTE' }],
    [
      ['a', '7', ''],
      ['löng', '123456', 'x'],
    ],
  );
  expect(lines).toEqual(['KEY     SIZE  NOTE', 'a          7', 'löng  123456  x']);
});

test('a value is shown on one line, and cannot speak to the terminal', () => {
  expect(previewOf(bytesOf('a\r\n\tb\u001b[31m\u202ec'))).toBe('a\\r\\n\\tb\\u{1b}[31m\\u{202e}c');
  expect(previewOf(bytesOf('é'.repeat(61)))).toBe(`${'é'.repeat(60)}… (122 bytes)`);
  expect(previewOf(new Uint8Array([0xff, 0]))).toBe('(2 bytes)');
  expect(escaped('/plain/key')).toBe('/plain/key');
});

const committed = (fields: Partial<CommittedEntry>): CommittedEntry => ({
  index: 7n,
  term: 2n,
  timestampUs: 1_700_000_000_000_042n,
  logTimeMs: 60_000n,
  kind: 'command',
  command: null,
  commandBytes: new Uint8Array(0),
  fields: {},
  ...fields,
});

test('an entry of the log is shown with its time and its command', () => {
  const time = '2023-11-14T22:13:20.000042Z';
  const put = { kind: 'put', key: '/a', value: bytesOf('x'), ifRevision: 3n } as const;
  expect(committedRow(committed({ command: put }))).toEqual(['7', '2', time, 'command', 'put /a if at revision 3 x']);
  expect(committedRow(committed({ command: { kind: 'delete', key: '/a' } }))[4]).toBe('delete /a');
  const inSession = { session: 5n, sequence: 3n, floor: 2n };
  expect(committedRow(committed({ command: { kind: 'delete', key: '/a', inSession } }))[4]).toBe(
    'delete /a (session 5, write 3)',
  );
  const sessions = [
    { kind: 'openSession', ttlMs: 60_000 },
    { kind: 'keepSession', session: 5n, floor: 2n },
    { kind: 'closeSession', session: 5n },
  ] as const;
  expect(sessions.map((command) => committedRow(committed({ command }))[4])).toEqual([
    'open a session of 60000 ms',
    'keep session 5',
    'close session 5',
  ]);
  expect(committedRow(committed({ kind: 'noop' }))).toEqual(['7', '2', time, 'noop', '']);
  // Of a later version, whose commands this one does not know.
  expect(committedRow(committed({ commandBytes: new Uint8Array(5) }))[4]).toBe('(5 bytes)');
});

const node = (fields: Partial<NodeStatus> & Pick<NodeStatus, 'id'>): NodeStatus => ({
  storageId: 's',
  pid: 4711,
  version: '0.1.0',
  formation: 'formed',
  clusterId: 'c',
  role: 'follower',
  term: 3n,
  leader: 'n1',
  commitIndex: 42n,
  lastApplied: 41n,
  lastLogIndex: 42n,
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

test('a status says which node is under repair, and why', () => {
  const nodes = [node({ id: 'n1', role: 'leader' }), node({ id: 'n2', damage: 'corrupt record in the log' })];
  const lines = statusLines({ leader: 'n1', nodes }, { cluster: 'main', group: 'config' });
  expect(lines.slice(-2)).toEqual(['', expect.stringMatching(/^n2 is under repair.*: corrupt record in the log$/)]);
});

const right = {
  offsetMs: 0,
  uncertaintyMs: 0.4,
  driftPpm: 12,
  driftUncertaintyPpm: 90,
  isOff: false,
  isDrifting: false,
} as const;

test('a status has a row for each node, with what the leader knows of it', () => {
  const peers = [
    {
      id: 'n2',
      matchIndex: 42n,
      lag: 0n,
      roundTripMs: 1.26,
      loss: 0.05,
      lastContactMs: 12,
      stage: 'alive',
      state: 'replicate',
      transfer: null,
      clock: { ...right, offsetMs: -1.26 },
    },
    {
      id: 'n3',
      matchIndex: 2n,
      lag: 40n,
      roundTripMs: null,
      loss: null,
      lastContactMs: 61_000,
      stage: 'offline',
      state: 'probe',
      transfer: null,
      clock: null,
    },
  ] as const;
  const status: ClusterStatus = {
    leader: 'n1',
    nodes: [
      node({ id: 'n1', role: 'leader', peers, clock: { ...right, offsetMs: 2500 } }),
      node({ id: 'n2', pid: 12 }),
      { id: 'n3', storageId: 's', role: 'unreachable' },
    ],
  };
  expect(statusLines(status, { cluster: 'main', group: 'config' })).toEqual([
    'cluster main, group config: n1 leads',
    '',
    'NODE  ROLE         TERM  COMMITTED  APPLIED  LAG  ROUND TRIP  LOSS    CLOCK   PID',
    'n1    leader          3         42       41                          +2.5 s  4711',
    'n2    follower        3         42       41    0      1.3 ms   5 %  -1.3 ms    12',
    'n3    unreachable                             40',
  ]);
});

test('a status says that writes were refused because too many waited', () => {
  const load = { uncommittedBytes: 67 * 2 ** 20, refused: 12 };
  const lines = (status: ClusterStatus) => statusLines(status, { cluster: 'main', group: 'config' }).slice(0, 2);
  expect(lines({ leader: 'n1', nodes: [node({ id: 'n1', role: 'leader', load })] })).toEqual([
    'cluster main, group config: n1 leads',
    'load: 67.0 MiB of writes wait to be committed; refused (Overloaded): 12',
  ]);
  const none = { ...load, refused: 0 };
  expect(lines({ leader: 'n1', nodes: [node({ id: 'n1', role: 'leader', load: none })] })[1]).toBe('');
});

test('a status says at once whose disk is nearly full, and what that leads to', () => {
  const disk = { freeBytes: 3 * 2 ** 20, neededBytes: 320 * 2 ** 20, isLow: true };
  const status: ClusterStatus = {
    leader: 'n1',
    nodes: [node({ id: 'n1', role: 'leader', writesRefused: 'DiskSpaceLow' }), node({ id: 'n2', disk })],
  };
  expect(statusLines(status, { cluster: 'main', group: 'config' }).slice(0, 4)).toEqual([
    'cluster main, group config: n1 leads',
    'alarm: writes are refused, deletes are not (DiskSpaceLow)',
    'alarm: n2 has 3.0 MiB of disk space free and needs 320.0 MiB (DiskSpaceLow)',
    '',
  ]);
});

test('a status says at once whose NATS server does not take the longest messages', () => {
  const payload = { maxBytes: 512 * 1024, neededBytes: 2 ** 20, isLow: true };
  const status: ClusterStatus = {
    leader: 'n1',
    nodes: [node({ id: 'n1', role: 'leader' }), node({ id: 'n2', payload })],
  };
  expect(statusLines(status, { cluster: 'main', group: 'config' }).slice(1, 3)).toEqual([
    'alarm: n2 is on a NATS server that takes messages of 512.0 KiB at most, and needs 1.0 MiB (PayloadLimitTooLow)',
    '',
  ]);
});

test('a status says at once whose state has parted from those of the others', () => {
  const partings = [{ node: 'n2', revision: 7n, isOdd: true }];
  const open = [{ node: 'n3', revision: 9n, isOdd: false }];
  const nodes = [node({ id: 'n1', role: 'leader', partings: open }), node({ id: 'n2', role: null, partings })];
  const lines = statusLines({ leader: 'n1', nodes }, { cluster: 'main', group: 'config' });
  expect(lines.slice(1, 4)).toEqual([
    'alarm: n3 has a state that differs from that of others since revision 9, and no quorum says which is right (StateParted)',
    'alarm: n2 has a state that parted from that of the others at revision 7: it serves nobody (StateParted)',
    '',
  ]);
  expect(lines.at(-1)).toMatch(/^n2 +parted /);
});

test('a status says at once whose clock is off, and whose drifts', () => {
  const state = {
    matchIndex: 42n,
    lag: 0n,
    roundTripMs: 1,
    loss: 0,
    lastContactMs: 12,
    stage: 'alive',
    state: 'replicate',
    transfer: null,
  } as const;
  const peers = [
    { ...state, id: 'n2', clock: { ...right, offsetMs: -3_600_000, isOff: true } },
    { ...state, id: 'n3', clock: { ...right, driftPpm: 130_400, isDrifting: true } },
  ];
  const nodes = [node({ id: 'n1', role: 'leader', peers, clock: { ...right, driftPpm: null } })];
  expect(statusLines({ leader: 'n1', nodes }, { cluster: 'main', group: 'config' }).slice(1, 4)).toEqual([
    'alarm: n2 has a wall clock that is -3600.0 s from the time of the group (ClockOff)',
    "alarm: n3 has a clock that runs 13.0 % faster by the leader's: reads are not answered from a lease (ClockDrifts)",
    '',
  ]);
});

test('a node without a role is shown by how it stands to the cluster', () => {
  const status: ClusterStatus = { leader: null, nodes: [node({ id: 'n1', role: null, formation: 'unformed' })] };
  const lines = statusLines(status, { cluster: 'blue', group: 'config' });
  expect(lines[0]).toBe('cluster blue, group config: no leader');
  expect(lines[3]).toMatch(/^n1 +unformed /);
});

test('a machine with another disk waits to be replaced, and has no figures: what the leader knows is of the disk before', () => {
  const peers = [
    {
      id: 'n2',
      matchIndex: 42n,
      lag: 3n,
      roundTripMs: 1.26,
      loss: 0,
      lastContactMs: 9_000,
      stage: 'offline',
      state: 'probe',
      transfer: null,
      clock: right,
    },
  ] as const;
  const wiped = {
    role: null,
    formation: 'spent',
    clusterId: null,
    term: 0n,
    commitIndex: 0n,
    lastApplied: 0n,
  } as const;
  const status: ClusterStatus = {
    leader: 'n1',
    nodes: [
      node({ id: 'n1', role: 'leader', peers, removed: ['n9'] }),
      node({ id: 'n2', ...wiped }),
      node({ id: 'n9', ...wiped }),
    ],
  };
  expect(statusLines(status, { cluster: 'main', group: 'config' }).slice(2)).toEqual([
    'NODE  ROLE    TERM  COMMITTED  APPLIED  LAG  ROUND TRIP  LOSS  CLOCK   PID',
    'n1    leader     3         42       41                                4711',
    'n2    spent                                                           4711',
    'n9    spent                                                           4711',
    '',
    'n2 waits to be replaced: its machine has another data folder than the cluster knows, and never votes (quorate members replace n2 NEW)',
    'n9 was removed from the cluster, and its id never comes back: give this machine a new one',
  ]);
});

test('members have a row each, with what the leader knows of them', () => {
  const nobody = {
    storageId: 's',
    raftRole: null,
    isSpent: false,
    isLeader: false,
    isPromotedWhenCaughtUp: false,
    replaces: null,
  };
  const n2 = {
    matchIndex: 42n,
    lag: 0n,
    roundTripMs: 1.26,
    loss: 0.126,
    lastContactMs: 12.4,
    stage: 'alive',
    state: 'replicate',
    transfer: null,
  } as const;
  const n4 = {
    matchIndex: 2n,
    lag: 40n,
    roundTripMs: null,
    loss: null,
    lastContactMs: 61_049,
    stage: 'offline',
    state: 'probe',
    transfer: null,
  } as const;
  const unknown = {
    matchIndex: null,
    lag: null,
    roundTripMs: null,
    loss: null,
    lastContactMs: null,
    stage: null,
    state: null,
    transfer: null,
  };
  const learner = { ...nobody, ...n4, role: 'learner' } as const;
  const transfer = { storedBytes: 12 * 2 ** 20, totalBytes: 96.4 * 2 ** 20 };
  const members: ClusterMembers = {
    leader: 'n1',
    members: [
      { ...nobody, ...unknown, id: 'n1', role: 'voter', raftRole: 'leader', isLeader: true, matchIndex: 42n, lag: 0n },
      { ...nobody, ...n2, id: 'n2', role: 'voter', raftRole: 'candidate' },
      { ...nobody, ...unknown, id: 'n3', role: 'leaving', isSpent: true },
      { ...learner, id: 'n4', raftRole: 'learner' },
      { ...learner, id: 'n5', isPromotedWhenCaughtUp: true, state: 'snapshot', transfer },
      { ...learner, id: 'n6', isPromotedWhenCaughtUp: true, replaces: 'n2' },
    ],
    removed: ['n8', 'n9'],
  };
  expect(membersLines(members, { cluster: 'main', group: 'config' })).toEqual([
    'cluster main, group config: n1 leads',
    '',
    'NODE  ROLE         MEMBER                   MATCH  LAG  LAST CONTACT  STAGE    ROUND TRIP  LOSS  STATE',
    'n1    leader       voter                       42    0',
    'n2    candidate    voter                       42    0     12 ms ago  alive        1.3 ms  13 %  replicate',
    'n3    spent        leaving',
    'n4    learner      learner                      2   40    61.0 s ago  offline                    probe',
    'n5    unreachable  learner, to be promoted      2   40    61.0 s ago  offline                    snapshot, 12.0 MiB of 96.4 MiB',
    'n6    unreachable  learner, to replace n2       2   40    61.0 s ago  offline                    probe',
    '',
    'n3 waits to be replaced: its machine has another data folder than the cluster knows, and never votes (quorate members replace n3 NEW)',
    '',
    'removed, and never to come back: n8, n9',
  ]);
  const [, , head] = membersLines({ leader: null, members: [], removed: [] }, { cluster: 'main', group: 'config' });
  expect(head).toBe('NODE  ROLE  MEMBER  MATCH  LAG  LAST CONTACT  STAGE  ROUND TRIP  LOSS  STATE');
});
