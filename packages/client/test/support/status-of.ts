import { logIndex, term } from '@quorate/raft';
import { type NodeStatus, nodeIdSchema } from '@quorate/wire';

const id = (text: string) => nodeIdSchema.parse(text);

/** The voters of the cluster. */
export const voters = ['n1', 'n2', 'n3'].map((name) => ({ id: id(name), storageId: `disk-${name}` }));

/** What a node of it says of itself; n1 leads. */
export const statusOf = (name: string, status: Partial<NodeStatus> = {}): NodeStatus => ({
  id: id(name),
  pid: 4711,
  storageId: `disk-${name}`,
  version: '0.1.0',
  formation: 'formed',
  clusterId: 'abc',
  role: 'follower',
  term: term(3),
  leader: id('n1'),
  commitIndex: logIndex(42),
  lastApplied: logIndex(41),
  lastLogIndex: logIndex(43),
  firstIndex: logIndex(1),
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
  voters,
  outgoingVoters: [],
  learners: [],
  removed: [],
  ...status,
});
