import { groupId, nodeId } from '@quorate/actor';
import {
  type Configuration,
  defaultRaftSettings,
  encodeConfiguration,
  type LogEntry,
  leaderToken,
  logIndex,
  logStoreAt,
  term,
  timeBeforeLog,
} from '@quorate/raft';
import { beforeEach, describe, expect, it } from 'vitest';
import { Bus } from '../src/faults/bus.ts';
import { FaultCounts } from '../src/faults/fault-counts.ts';
import { Network } from '../src/faults/network.ts';
import type { ActorMessage } from '../src/host/actor-message.ts';
import { RandomStream } from '../src/host/random-stream.ts';
import { SimulatedCluster } from '../src/host/simulated-cluster.ts';
import type { SimulatedNode, SimulatedProcess } from '../src/host/simulated-node.ts';
import { CommittedEntries } from '../src/invariants/committed-entries.ts';
import { OneChangeAtATime } from '../src/invariants/one-change-at-a-time.ts';

let cluster: SimulatedCluster;
let leader: { readonly node: SimulatedNode; readonly process: SimulatedProcess };
let committed: CommittedEntries;
let invariant: OneChangeAtATime;
let violations: string[];

const settings = { ...defaultRaftSettings, maxPromotionLagEntries: 5 };
const officeTerm = term(2);
const command = (index: number): LogEntry => ({
  index: logIndex(index),
  term: officeTerm,
  kind: 'command',
  command: new Uint8Array(),
  timestampUs: index,
  logTimeMs: 0,
});

/** n1 leads in term 2, with a log of 40 entries; n4 is a machine more, with an empty disk. */
beforeEach(() => {
  const counts = new FaultCounts();
  const network = new Network(new RandomStream(1, 'network'), counts, 4);
  const bus = new Bus(new RandomStream(1, 'no responders'), counts, 4);
  const rest = { network, bus, counts, settings, isFlushLate: false, onAnswer: () => {}, onEvent: null };
  cluster = new SimulatedCluster({ seed: 1, nodes: 3, spares: 1, ...rest });
  const [node] = cluster.nodes;
  if (node === undefined) throw new Error('no node');
  const entries = Array.from({ length: 40 }, (_, place) => command(place + 1));
  node.disk.commit([
    { kind: 'hardState', hardState: { currentTerm: officeTerm, votedFor: node.id } },
    { kind: 'append', entries },
  ]);
  cluster.start(node);
  if (node.process === null) throw new Error('it does not run');
  leader = { node, process: node.process };
  committed = new CommittedEntries();
  violations = [];
  invariant = new OneChangeAtATime((what) => violations.push(what), cluster, committed);
  const granted: ActorMessage = {
    kind: 'leadershipGranted',
    token: leaderToken(1),
    term: officeTerm,
    lastLogIndex: logIndex(40),
    lastTime: timeBeforeLog,
    commitIndex: logIndex(0),
    uncommittedBytes: 0,
    countedThrough: logIndex(0),
    configuration: cluster.configuration,
    configurationIndex: logIndex(0),
  };
  invariant.sent({ ...leader, to: logStoreAt({ node: node.id, group: groupId('config') }), message: granted });
});

/** All that the leader has is committed; by a leader of `inTerm`. */
function commitAll(inTerm: number = officeTerm): void {
  for (let index = 1; index <= 40; index += 1) committed.push({ entry: command(index), inTerm });
}

const configuration = (index: number, of: Partial<Configuration>): LogEntry => ({
  ...command(index),
  kind: 'configuration',
  command: encodeConfiguration({ ...cluster.configuration, ...of }),
});

const appends = (...entries: readonly LogEntry[]): void =>
  invariant.entriesStaged(leader.node, leader.process, entries);

const votersOf = (...ids: readonly string[]): Configuration['voters'] =>
  ids.map((id) => ({ id: nodeId(id), storageId: `disk-of-${id}` }));

const learners = votersOf('n4').map((voter) => ({ ...voter, isPromotedWhenCaughtUp: false, replaces: null }));

/** n4 has so much of the log. */
function giveLog(entries: number): void {
  const disk = cluster.nodes[3]?.disk;
  disk?.commit([{ kind: 'append', entries: Array.from({ length: entries }, (_, place) => command(place + 1)) }]);
}

describe('members change one step at a time', () => {
  it.each<[string, () => LogEntry]>([
    ['a learner', () => configuration(41, { learners })],
    [
      'a voter that goes',
      () => configuration(41, { voters: votersOf('n1', 'n2'), outgoingVoters: votersOf('n1', 'n2', 'n3') }),
    ],
    [
      'a voter that comes, and has caught up',
      () => {
        giveLog(36);
        return configuration(41, {
          voters: votersOf('n1', 'n2', 'n3', 'n4'),
          outgoingVoters: votersOf('n1', 'n2', 'n3'),
        });
      },
    ],
  ])('is content with %s', (_, entry) => {
    commitAll();
    appends(entry());
    expect(violations).toEqual([]);
  });

  it('is content with what a follower gets', () => {
    appends({ ...configuration(41, { voters: votersOf('n1') }), term: term(3) });
    expect(violations).toEqual([]);
  });

  it.each<[string, () => void]>([
    [
      'nothing is committed in term 2 yet',
      () => {
        commitAll(1);
        appends(configuration(41, { learners }));
      },
    ],
    [
      'the one before it, 41, is not committed',
      () => {
        commitAll();
        appends(configuration(41, { learners }), configuration(42, {}));
      },
    ],
    [
      'its voters do not follow from those of 0',
      () => {
        commitAll();
        appends(configuration(41, { voters: votersOf('n1', 'n2') }));
      },
    ],
    [
      'its voters do not follow from those of 0',
      () => {
        commitAll();
        appends(configuration(41, { voters: votersOf('n1'), outgoingVoters: votersOf('n1', 'n2') }));
      },
    ],
    [
      'n4 gets a vote and lags',
      () => {
        commitAll();
        giveLog(3);
        appends(
          configuration(41, {
            voters: votersOf('n1', 'n2', 'n3', 'n4'),
            outgoingVoters: votersOf('n1', 'n2', 'n3'),
          }),
        );
      },
    ],
    [
      'which is no configuration',
      () => {
        commitAll();
        appends({ ...configuration(41, {}), command: new Uint8Array() });
      },
    ],
  ])('sees that %s', (what, happens) => {
    happens();
    expect(violations.join()).toContain(what);
  });

  it('sees that whoever was removed is forgotten, or back', () => {
    commitAll();
    const removed = [nodeId('n4')];
    leader.process.storage.append([configuration(41, { removed })]);
    committed.push({ entry: command(41), inTerm: officeTerm });
    appends(configuration(42, { removed: [...removed, nodeId('n5')] }));
    expect(violations).toEqual([]);
    appends(configuration(42, { learners }));
    expect(violations.join()).toContain('it forgets that n4 was removed');
  });
});
