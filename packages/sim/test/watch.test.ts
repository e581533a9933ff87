import { groupId, nodeId } from '@quorate/actor';
import {
  configurationOf,
  defaultRaftSettings,
  type LogEntry,
  leaderToken,
  logIndex,
  logStoreAt,
  raftParts,
  type SnapshotRecord,
  term,
  timeBeforeLog,
} from '@quorate/raft';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentOf } from '../src/disk/stored-snapshot.ts';
import { Bus } from '../src/faults/bus.ts';
import { FaultCounts } from '../src/faults/fault-counts.ts';
import { Network } from '../src/faults/network.ts';
import type { ActorMessage, MessageOfKind } from '../src/host/actor-message.ts';
import { RandomStream } from '../src/host/random-stream.ts';
import { SimulatedCluster } from '../src/host/simulated-cluster.ts';
import type { SimulatedNode } from '../src/host/simulated-node.ts';
import { simulationEpochMs } from '../src/host/wall-clock.ts';
import { Watch } from '../src/invariants/watch.ts';

const somewhere = logStoreAt({ node: nodeId('n9'), group: groupId('config') });
const entry = (index: number, inTerm: number, text = ''): LogEntry => ({
  index: logIndex(index),
  term: term(inTerm),
  kind: 'command',
  command: new TextEncoder().encode(text),
  timestampUs: simulationEpochMs * 1000 + index,
  logTimeMs: 0,
});

let cluster: SimulatedCluster;
let watch: Watch;

beforeEach(() => {
  const counts = new FaultCounts();
  const network = new Network(new RandomStream(1, 'network'), counts, 3);
  const bus = new Bus(new RandomStream(1, 'no responders'), counts, 3);
  const settings = defaultRaftSettings;
  const rest = { network, bus, counts, settings, isFlushLate: false, onAnswer: () => {}, onEvent: null };
  cluster = new SimulatedCluster({ seed: 1, nodes: 3, spares: 0, ...rest });
  for (const node of cluster.nodes) cluster.start(node);
  watch = new Watch(cluster);
});

function nodeAt(place: number): SimulatedNode {
  const node = cluster.nodes[place];
  if (node === undefined) throw new Error(`no node ${place}`);
  return node;
}

function says(place: number, message: ActorMessage, to = somewhere): void {
  const node = nodeAt(place);
  if (node.process === null) throw new Error('it does not run');
  watch.sent(node, node.process, to, message);
}

function hears(place: number, message: ActorMessage): void {
  const node = nodeAt(place);
  if (node.process === null) throw new Error('it does not run');
  watch.delivered(node, node.process, message);
}

/** The node's disk has that, without any process. */
function onDisk(place: number, entries: readonly LogEntry[], inTerm: number): void {
  nodeAt(place).disk.commit([
    { kind: 'hardState', hardState: { currentTerm: term(inTerm), votedFor: null } },
    { kind: 'append', entries },
  ]);
}

/** The node is in term 2 and is about to add the entries to its log. */
function staged(place: number, entries: readonly LogEntry[]): void {
  const node = nodeAt(place);
  if (node.process === null) throw new Error('it does not run');
  if (node.process.storage.written === 0) {
    node.process.storage.setHardState({ currentTerm: term(2), votedFor: null });
  }
  watch.entriesStaged(node, node.process, entries);
}

const token = leaderToken(1);

/** Its disk has the vote, and then it says so. */
function votes(place: number, candidate: string, inTerm: number): void {
  const votedFor = nodeId(candidate);
  nodeAt(place).disk.commit([{ kind: 'hardState', hardState: { currentTerm: term(inTerm), votedFor } }]);
  says(place, vote(inTerm), { ...somewhere, node: votedFor });
}

/** The token of term 0. */
function granted(): MessageOfKind<'leadershipGranted'> {
  const { configuration } = cluster;
  const zero = logIndex(0);
  const log = { lastLogIndex: zero, lastTime: timeBeforeLog, commitIndex: zero };
  const start = { ...log, uncommittedBytes: 0, countedThrough: zero, configuration, configurationIndex: zero };
  return { kind: 'leadershipGranted', token, term: term(0), ...start };
}

/** n1 gets the token in term 0. */
const takesOffice = (): void => says(0, granted());

/** An answer to a heartbeat of n1's in term 1. */
const replied = (promisedMs: number): ActorMessage => ({
  kind: 'appendEntriesReply',
  term: term(1),
  incarnation: 1,
  sequence: 1,
  round: 0,
  success: true,
  isRepairing: false,
  promisedMs,
  clockMs: 0,
  wallMs: 0,
  matchIndex: logIndex(0),
  conflictIndex: logIndex(0),
  conflictTerm: term(0),
});

const prepared = (leaderCommit: number): ActorMessage => ({
  kind: 'appendPrepared',
  token,
  sequence: 1,
  prevLogIndex: logIndex(0),
  prevLogTerm: term(0),
  entries: [],
  leaderCommit: logIndex(leaderCommit),
});

const timeouts = { electionTimeoutMinMs: 150, electionTimeoutMaxMs: 300 };

const heartbeat = (inTerm: number): MessageOfKind<'appendEntries'> => ({
  kind: 'appendEntries',
  term: term(inTerm),
  sequence: 1,
  round: 0,
  leaseMs: 0,
  prevLogIndex: logIndex(0),
  prevLogTerm: term(0),
  entries: [],
  leaderCommit: logIndex(0),
  freshness: null,
  ...timeouts,
});

const vote = (inTerm: number): ActorMessage => ({
  kind: 'requestVoteReply',
  term: term(inTerm),
  incarnation: 1,
  sequence: 1,
  voteGranted: true,
  clockMs: 0,
  wallMs: 0,
});

const snapshot: SnapshotRecord = {
  index: logIndex(1),
  term: term(1),
  ...timeBeforeLog,
  configuration: configurationOf([{ id: nodeId('n1'), storageId: 'disk-of-n1' }]),
  id: '1-1',
  bytes: 48,
};

describe('the invariants see', () => {
  it('two leaders of one term', () => {
    for (const place of [0, 1]) onDisk(place, [], 3);
    says(0, heartbeat(3));
    says(0, heartbeat(3));
    expect(watch.violation).toBeNull();
    says(1, heartbeat(3));
    expect(watch.violation?.invariant).toBe('election safety');
  });

  it('a second vote in a term, also after a restart', () => {
    votes(0, 'n2', 3);
    votes(0, 'n2', 3);
    cluster.end(nodeAt(0));
    cluster.start(nodeAt(0));
    expect(watch.violation).toBeNull();
    votes(0, 'n3', 3);
    expect(watch.violation?.invariant).toBe('one vote for each term');
  });

  it('a vote that is not on disk', () => {
    says(0, vote(1));
    expect(watch.violation?.invariant).toBe('nothing leaves before the write that it depends on');
  });

  it('one index and term with two entries', () => {
    for (const place of [0, 1]) staged(place, [entry(1, 2, 'a')]);
    expect(watch.violation).toBeNull();
    staged(2, [entry(1, 2, 'b')]);
    expect(watch.violation?.invariant).toBe('log matching');
  });

  it('what is applied and was never committed', () => {
    const node = nodeAt(0);
    if (node.process !== null) watch.applied(node, node.process, [entry(1, 1)]);
    expect(watch.violation?.invariant).toBe('state machine safety');
  });

  it('an entry that bears another time on another node', () => {
    const { process } = nodeAt(0);
    if (process === null) throw new Error('it does not run');
    watch.committed.push({ entry: entry(1, 1), inTerm: 1 });
    watch.applied(nodeAt(0), process, [{ ...entry(1, 1), timestampUs: 7 }]);
    expect(watch.violation?.invariant).toBe('state machine safety');
  });

  it('a commitIndex that goes back', () => {
    const node = nodeAt(0);
    if (node.process !== null) watch.started(node, node.process);
    for (const place of [1, 2]) votes(place, 'n1', 0);
    takesOffice();
    says(0, prepared(4));
    expect(watch.violation).toBeNull();
    says(0, prepared(3));
    expect(watch.violation?.invariant).toBe('commitIndex and lastApplied never go back');
  });

  it('a leader that is served in a later term than its own', () => {
    for (const place of [1, 2]) votes(place, 'n1', 0);
    takesOffice();
    says(0, prepared(0));
    expect(watch.violation).toBeNull();
    nodeAt(0).process?.storage.setHardState({ currentTerm: term(1), votedFor: null });
    says(0, prepared(0));
    expect(watch.violation?.invariant).toBe('only the leader of the current term is served');
  });

  it('an entry that is made in another term than its own', () => {
    staged(0, [entry(1, 2, 'a')]);
    expect(watch.violation).toBeNull();
    staged(1, [entry(1, 1, 'b')]);
    expect(watch.violation?.invariant).toBe('entries are made in their own term');
  });

  it('a command with two entries', () => {
    const first = entry(1, 2, 'a');
    staged(0, [first]);
    staged(1, [first]);
    expect(watch.violation).toBeNull();
    staged(0, [{ ...first, index: logIndex(2) }]);
    expect(watch.violation?.invariant).toBe('a command enters the log once');
  });

  it('a leader without the votes of a quorum', () => {
    votes(1, 'n1', 0);
    takesOffice();
    expect(watch.violation?.invariant).toBe('a leader has the votes of a quorum');
  });

  it('a campaign that nobody would vote for', () => {
    onDisk(0, [], 0);
    nodeAt(0).disk.commit([{ kind: 'hardState', hardState: { currentTerm: term(1), votedFor: nodeId('n1') } }]);
    const log = { lastLogIndex: logIndex(0), lastLogTerm: term(0) };
    says(0, { kind: 'requestVote', term: term(1), sequence: 1, isTransfer: false, ...log });
    expect(watch.violation?.invariant).toBe('no campaign without a quorum of pre-votes');
  });

  it('a leader of an earlier term that is followed', () => {
    for (const place of [1, 2]) votes(place, 'n1', 0);
    takesOffice();
    const heard = { kind: 'leaderHeard', term: term(0), leader: nodeId('n1'), ...timeouts } as const;
    says(1, heard);
    expect(watch.violation).toBeNull();
    nodeAt(1).process?.storage.setHardState({ currentTerm: term(1), votedFor: null });
    says(1, heard);
    expect(watch.violation?.invariant).toBe('who is followed leads in the current term');
  });

  describe('a vote while a leader is heard', () => {
    const leader = nodeId('n1');
    const hear = (): void => says(1, { kind: 'leaderHeard', term: term(0), leader, ...timeouts });
    const probe = (number: number): void => says(1, { kind: 'leaderProbe', probe: number });
    const nobodyThere = (number: number, of = leader): void =>
      hears(1, { kind: 'noResponders', leader: of, probe: number });
    const vote = (): string | undefined => {
      const hardState = { currentTerm: term(1), votedFor: nodeId('n3') };
      const node = nodeAt(1);
      if (node.process === null) throw new Error('it does not run');
      watch.hardStateStaged(node, node.process, hardState);
      return watch.violation?.invariant;
    };
    const rule = 'no vote against a leader that is heard';

    beforeEach(() => {
      for (const place of [1, 2]) votes(place, 'n1', 0);
      takesOffice();
    });

    it('breaks a promise', () => {
      hear();
      expect(vote()).toBe(rule);
    });

    it('is right once nobody is there to hear the probe of that silence', () => {
      hear();
      probe(1);
      nobodyThere(1);
      expect(vote()).toBeUndefined();
    });

    it.each([
      ['of another leader', () => nobodyThere(1, nodeId('n3'))],
      ['to a probe that it did not send', () => nobodyThere(2)],
    ])('is wrong on evidence %s', (_what, evidence) => {
      hear();
      probe(1);
      evidence();
      expect(vote()).toBe(rule);
    });

    it('is wrong on evidence of an earlier silence', () => {
      hear();
      probe(1);
      nobodyThere(1);
      hear();
      nobodyThere(1);
      expect(vote()).toBe(rule);
    });

    it('is wrong on evidence right after the own connect', () => {
      hear();
      hears(1, { kind: 'busConnected' });
      probe(1);
      nobodyThere(1);
      expect(vote()).toBe(rule);
    });
  });

  it('a campaign right after the own connect, until a leader is heard', () => {
    const log = { lastLogIndex: logIndex(0), lastLogTerm: term(0) };
    const ask = (): void => says(1, { kind: 'requestPreVote', term: term(0), sequence: 1, ...log });
    ask();
    for (const place of [1, 2]) votes(place, 'n1', 0);
    takesOffice();
    hears(1, { kind: 'busConnected' });
    hears(1, { kind: 'leaderHeard', term: term(0), leader: nodeId('n1'), ...timeouts });
    ask();
    expect(watch.violation).toBeNull();
    hears(1, { kind: 'busConnected' });
    ask();
    expect(watch.violation?.invariant).toBe('no campaign right after the own connect');
  });

  it.each([
    ['not whole', { entries: [entry(1, 1)], bytes: 48, content: contentOf('1-1', 0, 47) }],
    ['of another snapshot', { entries: [entry(1, 1)], bytes: 48, content: contentOf('2-1', 0, 48) }],
    ['of fewer entries', { entries: [], bytes: 48, content: contentOf('1-1', 0, 48) }],
  ])('a record of a snapshot whose file is %s', (_what, stored) => {
    const node = nodeAt(0);
    if (node.process === null) throw new Error('it does not run');
    node.disk.snapshots.set('1-1', stored);
    watch.snapshotStaged(node, node.process, snapshot);
    expect(watch.violation?.invariant).toBe('a snapshot that has a record is there');
  });

  it('a snapshot that is removed while its record is the newest', () => {
    const node = nodeAt(0);
    if (node.process === null) throw new Error('it does not run');
    node.disk.commit([{ kind: 'snapshot', record: snapshot }]);
    watch.fileRemoved(node, node.process, '0-0');
    expect(watch.violation).toBeNull();
    watch.fileRemoved(node, node.process, '1-1');
    expect(watch.violation?.invariant).toBe('a snapshot that has a record is there');
  });

  it('a snapshot that is acknowledged before its record is on disk', () => {
    const { process } = nodeAt(1);
    if (process === null) throw new Error('it does not run');
    const chunk = { sequence: 1, offset: 0, bytes: new Uint8Array(48), checksum: 0 };
    says(0, { kind: 'installSnapshot', term: term(0), record: snapshot, ...chunk });
    const answer = { term: term(0), incarnation: 1, sequence: 1, id: '1-1', nextOffset: 48 };
    says(1, { kind: 'installSnapshotReply', ...answer });
    expect(watch.violation).toBeNull();
    nodeAt(1).disk.snapshots.set('1-1', { entries: [entry(1, 1)], bytes: 48, content: contentOf('1-1', 0, 48) });
    process.storage.installSnapshot(snapshot);
    says(1, { kind: 'installSnapshotReply', ...answer });
    expect(watch.violation?.invariant).toBe('nothing leaves before the write that it depends on');
  });

  it('a vote of a node that has promised to give none, from when it was asked', () => {
    const asked = { ...heartbeat(1), leaseMs: 50 };
    const to = { ...somewhere, node: nodeId('n2') };
    onDisk(0, [], 1);
    onDisk(1, [], 1);
    nodeAt(1).disk.commit([{ kind: 'longestPromise', longestPromiseMs: 50 }]);
    says(0, asked, to);
    says(1, replied(50), { ...somewhere, node: nodeId('n1') });
    const vote = { currentTerm: term(2), votedFor: nodeId('n3') };
    const { process } = nodeAt(1);
    if (process === null) throw new Error('it does not run');
    watch.hardStateStaged(nodeAt(1), process, { ...vote, votedFor: null });
    expect(watch.violation).toBeNull();
    watch.hardStateStaged(nodeAt(1), process, vote);
    expect(watch.violation?.invariant).toBe('a hard promise is kept');
  });

  it('a vote of a process that has just begun, and whose node may have promised', () => {
    const node = nodeAt(1);
    if (node.process === null) throw new Error('it does not run');
    node.disk.commit([{ kind: 'longestPromise', longestPromiseMs: 50 }]);
    watch.started(node, node.process);
    watch.hardStateStaged(node, node.process, { currentTerm: term(1), votedFor: nodeId('n2') });
    expect(watch.violation?.invariant).toBe('a hard promise is kept');
  });

  it('a promise that the disk does not know of', () => {
    onDisk(1, [], 1);
    says(1, replied(50));
    expect(watch.violation?.invariant).toBe('nothing leaves before the write that it depends on');
  });

  it('one that takes office beside a valid lease, and in no earlier term', () => {
    const { process, clock, wallClock } = nodeAt(1);
    if (process === null) throw new Error('it does not run');
    for (const place of [1, 2]) votes(place, 'n1', 0);
    for (const place of [0, 2]) votes(place, 'n2', 1);
    for (const place of [0, 1]) votes(place, 'n3', 2);
    says(1, { ...granted(), term: term(1) });
    const lease = new raftParts.Lease(0);
    watch.leaseMade(nodeAt(1), process, lease);
    const sentAt = { clockMs: clock.at(cluster.nowUs), wallMs: wallClock.at(cluster.nowUs) };
    for (const id of ['n2', 'n3']) lease.promised(nodeId(id), { sentAt, promisedMs: 50 });
    process.system.start('leader', () => ({ receive: () => {} }));
    says(0, granted());
    expect(watch.violation).toBeNull();
    says(2, { ...granted(), term: term(2) });
    expect(watch.violation?.invariant).toBe('nobody takes office beside a valid lease');
  });

  it('logs that are not equal at rest', () => {
    onDisk(0, [entry(1, 1)], 1);
    watch.atRest(cluster.nodes);
    expect(watch.violation?.invariant).toBe('all logs become equal');
  });
});
