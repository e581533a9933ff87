import type { Metric } from './metric.ts';

const declare = <const Label extends string = never>(metric: Metric<Label>): Metric<Label> => metric;

const yesOrNo = '1 if so, else 0.';
const peer = 'the id of a member';

/** Every metric of a node. docs/METRICS.md is made of it. */
export const declarations = {
  buildInfo: declare({
    name: 'quorate.build.info',
    kind: 'gauge',
    unit: '{build}',
    labels: { version: 'the version of Quorate' },
    help: 'Always 1: the version that the node runs.',
  }),
  ready: declare({
    name: 'quorate.ready',
    kind: 'gauge',
    unit: '{node}',
    labels: {},
    help: `Whether the node can take requests, as /readyz says it: ${yesOrNo}`,
  }),
  formation: declare({
    name: 'quorate.formation',
    kind: 'gauge',
    unit: '{node}',
    labels: { formation: 'unformed, formed, spent' },
    help: 'Whether the node is in a cluster: 1 for what it is, 0 for the others.',
  }),

  role: declare({
    name: 'quorate.raft.role',
    kind: 'gauge',
    unit: '{node}',
    labels: { role: 'leader, follower, candidate, learner, removed' },
    help: "The node's role: 1 for the one that it has, 0 for the others. A node in no cluster has none.",
  }),
  roleChanges: declare({
    name: 'quorate.raft.role.changes',
    kind: 'counter',
    unit: '{change}',
    labels: { role: 'pre-candidate, candidate, leader, follower' },
    help: 'How often the node took this role. Elections that it began are those of candidate, those that it won those of leader.',
  }),
  campaigns: declare({
    name: 'quorate.raft.campaigns',
    kind: 'counter',
    unit: '{campaign}',
    labels: {
      reason:
        'timeout (no leader was heard), leaderGone (the node knew that it is gone), transfer (the leader has asked for it)',
    },
    help: 'How often the node began to campaign, whatever came of it.',
  }),
  term: declare({
    name: 'quorate.raft.term',
    kind: 'gauge',
    unit: '{term}',
    labels: {},
    help: 'The term that the node is in. It rises with each election.',
  }),
  leaderKnown: declare({
    name: 'quorate.raft.leader.known',
    kind: 'gauge',
    unit: '{node}',
    labels: {},
    help: `Whether the node knows a leader: ${yesOrNo}`,
  }),
  commitIndex: declare({
    name: 'quorate.raft.commit.index',
    kind: 'gauge',
    unit: '{entry}',
    labels: {},
    help: 'The index up to which the node knows entries to be committed. Its rate is that of commits.',
  }),
  appliedIndex: declare({
    name: 'quorate.raft.applied.index',
    kind: 'gauge',
    unit: '{entry}',
    labels: {},
    help: 'The index up to which the node has applied entries.',
  }),
  firstLogIndex: declare({
    name: 'quorate.raft.log.first.index',
    kind: 'gauge',
    unit: '{entry}',
    labels: {},
    help: 'The first index that the log holds. It rises when a snapshot lets the log begin later.',
  }),
  lastLogIndex: declare({
    name: 'quorate.raft.log.last.index',
    kind: 'gauge',
    unit: '{entry}',
    labels: {},
    help: 'The last index that the log holds.',
  }),
  logEntries: declare({
    name: 'quorate.raft.log.entries',
    kind: 'gauge',
    unit: '{entry}',
    labels: {},
    help: 'How many entries the log holds.',
  }),
  logDamaged: declare({
    name: 'quorate.raft.log.damaged',
    kind: 'gauge',
    unit: '{node}',
    labels: {},
    help: `Whether the log was damaged and is not whole again, so that the node counts in no quorum: ${yesOrNo}`,
  }),
  members: declare({
    name: 'quorate.raft.members',
    kind: 'gauge',
    unit: '{member}',
    labels: { kind: 'voter, outgoing (a voter until a change of the members is done), learner' },
    help: "How many members the newest configuration in the node's log has.",
  }),
  votersAlive: declare({
    name: 'quorate.raft.voters.alive',
    kind: 'gauge',
    unit: '{member}',
    labels: {},
    help: 'How many voters of the newest configuration the leader takes for alive, itself included. Told by the leader.',
  }),

  peerLag: declare({
    name: 'quorate.raft.peer.lag',
    kind: 'gauge',
    unit: '{entry}',
    labels: { peer },
    help: "How many entries of the leader's log a member is not known to have. Told by the leader.",
  }),
  peerRoundTrip: declare({
    name: 'quorate.raft.peer.round.trip',
    kind: 'gauge',
    unit: 's',
    labels: { peer },
    help: 'What the last heartbeats to a member and back took, on average. Told by the leader.',
  }),
  peerLoss: declare({
    name: 'quorate.raft.peer.loss',
    kind: 'gauge',
    unit: '1',
    labels: { peer },
    help: 'The part of the last heartbeats to a member that were not answered in time. Told by the leader.',
  }),
  peerLastContact: declare({
    name: 'quorate.raft.peer.last.contact',
    kind: 'gauge',
    unit: 's',
    labels: { peer },
    help: 'How long ago a member was heard. Told by the leader.',
  }),
  peerStage: declare({
    name: 'quorate.raft.peer.stage',
    kind: 'gauge',
    unit: '{member}',
    labels: { peer, stage: 'alive, suspect, probe, offline' },
    help: "A member by the leader's failure detector: 1 for the stage that it is in, 0 for the others. Told by the leader.",
  }),
  peerState: declare({
    name: 'quorate.raft.peer.state',
    kind: 'gauge',
    unit: '{member}',
    labels: { peer, state: 'probe, replicate, snapshot, repair' },
    help: 'How a member is sent the log: 1 for the way that is used, 0 for the others. Told by the leader.',
  }),
  leaseValid: declare({
    name: 'quorate.raft.lease.valid',
    kind: 'gauge',
    unit: '{lease}',
    labels: {},
    help: `Whether the leader answers linearizable reads from its lease now: ${yesOrNo} 0 is normal while nobody reads.`,
  }),
  leaseFallbacks: declare({
    name: 'quorate.raft.lease.fallbacks',
    kind: 'counter',
    unit: '{read}',
    labels: {},
    help: 'Reads that might have been answered from the lease, and took a round with a majority instead. Begins anew with each leadership.',
  }),

  proposals: declare({
    name: 'quorate.raft.proposals',
    kind: 'counter',
    unit: '{proposal}',
    labels: { outcome: 'applied, refused, rejected, overloaded, unknown' },
    help: 'Commands that were proposed to this node while it led, by what became of them.',
  }),
  commitDuration: declare({
    name: 'quorate.raft.commit.duration',
    kind: 'histogram',
    unit: 's',
    labels: {},
    help: 'From the proposal of a command to the leader until it is applied.',
  }),
  commitStageDuration: declare({
    name: 'quorate.raft.commit.stage.duration',
    kind: 'histogram',
    unit: 's',
    labels: {
      stage:
        'batch (waiting until the log has what came before), append (until it is in the log), quorum (until a majority has it on disk), applier (until the state machine begins with it), apply (in the state machine), answer (until the leader has the result)',
    },
    help: 'The stages of the same commands. They add up to the whole.',
  }),
  appends: declare({
    name: 'quorate.raft.appends',
    kind: 'counter',
    unit: '{append}',
    labels: {},
    help: "Appends to the node's log: each is a batch of entries.",
  }),
  appendedEntries: declare({
    name: 'quorate.raft.appended.entries',
    kind: 'counter',
    unit: '{entry}',
    labels: {},
    help: "Entries that were appended to the node's log. Divided by the appends it is the size of batches, divided by the flushes what a flush holds.",
  }),
  flushDuration: declare({
    name: 'quorate.raft.flush.duration',
    kind: 'histogram',
    unit: 's',
    labels: {},
    help: "Flushes of the node's log, until all of it is on disk.",
  }),
  reads: declare({
    name: 'quorate.reads',
    kind: 'counter',
    unit: '{read}',
    labels: { consistency: 'linearizable, readIndex, bounded, local', outcome: 'ok, or the code of the error' },
    help: 'Reads that the node has answered, by how fresh they were to be.',
  }),

  requests: declare({
    name: 'quorate.requests',
    kind: 'counter',
    unit: '{request}',
    labels: { endpoint: 'the last token of the subject, as in docs/API.md', outcome: 'ok, or the code of the error' },
    help: 'Requests of clients that the node has answered.',
  }),
  requestDuration: declare({
    name: 'quorate.request.duration',
    kind: 'histogram',
    unit: 's',
    labels: { endpoint: 'the last token of the subject, as in docs/API.md' },
    help: 'From the arrival of a request at the node until its answer is there, errors included.',
  }),
  requestsActive: declare({
    name: 'quorate.requests.active',
    kind: 'gauge',
    unit: '{request}',
    labels: {},
    help: 'Requests that the node has not answered yet.',
  }),

  natsConnected: declare({
    name: 'quorate.nats.connected',
    kind: 'gauge',
    unit: '{connection}',
    labels: {},
    help: `Whether the node is connected to NATS: ${yesOrNo}`,
  }),
  natsConnections: declare({
    name: 'quorate.nats.connections',
    kind: 'counter',
    unit: '{connection}',
    labels: {},
    help: 'How often the node has connected to NATS.',
  }),
  messagesDropped: declare({
    name: 'quorate.messages.dropped',
    kind: 'counter',
    unit: '{message}',
    labels: {
      reason:
        'notMsgpack, wrongShape, formatVersion, otherCluster, removedNode, wrongSubject, wrongKind, notOwn, tooLarge',
    },
    help: 'Messages between nodes that were dropped before any actor saw them.',
  }),
  spans: declare({
    name: 'quorate.trace.spans',
    kind: 'counter',
    unit: '{span}',
    labels: {
      outcome: 'exported, failed (the collector could not be reached, or refused them), dropped (too many waited)',
    },
    help: 'Spans that were sampled, by what became of them. Missing while no traces are exported by OTLP.',
  }),
  spansWithoutStages: declare({
    name: 'quorate.trace.spans.without.stages',
    kind: 'counter',
    unit: '{span}',
    labels: {},
    help: 'Spans of commits and appends that have no stages, because too many waited for theirs.',
  }),
  logLines: declare({
    name: 'quorate.log.lines',
    kind: 'counter',
    unit: '{line}',
    labels: { level: 'info, warn, error' },
    help: 'Events that the node had to tell, whether or not its log level lets them through.',
  }),

  stateComparisons: declare({
    name: 'quorate.state.comparisons',
    kind: 'counter',
    unit: '{comparison}',
    labels: { result: 'equal, different' },
    help: "How often the hash of another member's state was compared with this node's own at the same revision. Once a second and member, if all is well; a counter that stands still compares nothing.",
  }),
  statesParted: declare({
    name: 'quorate.state.parted',
    kind: 'gauge',
    unit: '{node}',
    labels: {
      state: 'own (it is the odd one, and the node serves nobody), other, undecided (no quorum says which is right)',
    },
    help: 'How many states have parted that should be equal, as far as the node knows. 0 in a group that is well.',
  }),

  diskFree: declare({
    name: 'quorate.disk.free',
    kind: 'gauge',
    unit: 'By',
    labels: {},
    help: "What is free on the file system of the node's data folder.",
  }),
  diskNeeded: declare({
    name: 'quorate.disk.needed',
    kind: 'gauge',
    unit: 'By',
    labels: {},
    help: 'With less free than this the disk counts as low.',
  }),
  writesRefused: declare({
    name: 'quorate.writes.refused',
    kind: 'gauge',
    unit: '{node}',
    labels: {},
    help: `Whether the node refuses writes that need room, because disks of the group are low: ${yesOrNo}`,
  }),
  storageSize: declare({
    name: 'quorate.storage.size',
    kind: 'gauge',
    unit: 'By',
    labels: { part: 'log, state, snapshots' },
    help: 'What the files of the data folder take. Database files use again what is freed in them, and do not shrink.',
  }),

  eventLoopDelay: declare({
    name: 'quorate.event.loop.delay',
    kind: 'histogram',
    unit: 's',
    labels: {},
    help: 'How late a timer fires that is due twenty times a second: what the process was busy with, or kept from running.',
  }),
  processMemory: declare({
    name: 'process.memory.usage',
    kind: 'gauge',
    unit: 'By',
    labels: {},
    help: 'The memory that the process takes of the machine (resident set).',
  }),
  heapUsed: declare({
    name: 'quorate.process.heap.used',
    kind: 'gauge',
    unit: 'By',
    labels: {},
    help: "What is used of JavaScript's heap.",
  }),
  processCpu: declare({
    name: 'process.cpu.time',
    kind: 'counter',
    unit: 's',
    labels: { mode: 'user, system' },
    help: 'The time that processors have spent on the process.',
  }),
  processUptime: declare({
    name: 'process.uptime',
    kind: 'gauge',
    unit: 's',
    labels: {},
    help: 'How long the process has run.',
  }),
};
