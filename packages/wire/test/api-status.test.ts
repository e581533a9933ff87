import { nodeId } from '@quorate/actor';
import { logIndex, term } from '@quorate/raft';
import { describe, expect, it } from 'vitest';
import {
  decodeStatus,
  encodeJsonReply,
  encodeStatus,
  MalformedMessage,
  type NodeStatus,
  nodeStatusSchema,
  statusToJson,
} from '../src/api/index.ts';
import { encodeMsgpack } from '../src/config-store/index.ts';

const clock = {
  offsetMs: -1.25,
  uncertaintyMs: 0.5,
  driftPpm: 12,
  driftUncertaintyPpm: 80.5,
  isOff: false,
  isDrifting: true,
};

const status: NodeStatus = {
  id: nodeId('n1'),
  pid: 4711,
  storageId: 'f00',
  version: '0.1.0',
  formation: 'formed',
  clusterId: 'c1',
  role: 'leader',
  term: term(3),
  leader: nodeId('n1'),
  commitIndex: logIndex(42),
  lastApplied: logIndex(41),
  lastLogIndex: logIndex(43),
  firstIndex: logIndex(1),
  damage: null,
  peers: [
    {
      id: nodeId('n2'),
      matchIndex: logIndex(40),
      lag: 3,
      roundTripMs: 0.75,
      loss: 0.25,
      lastContactMs: 20,
      stage: 'alive',
      state: 'replicate',
      transfer: null,
      clock,
    },
  ],
  lease: { isValid: true, fallbacks: 7 },
  clock: { ...clock, driftPpm: null, driftUncertaintyPpm: null },
  load: { uncommittedBytes: 4096, refused: 3 },
  partings: [{ node: nodeId('n3'), revision: 7, isOdd: true }],
  dropped: { malformed: 2 },
  disk: { freeBytes: 12, neededBytes: 40, isLow: true },
  payload: { maxBytes: 12, neededBytes: 40, isLow: true },
  writesRefused: 'DiskSpaceLow',
  voters: [{ id: nodeId('n1'), storageId: 'f00' }],
  outgoingVoters: [{ id: nodeId('n5'), storageId: 'e1f' }],
  learners: [{ id: nodeId('n4'), storageId: 'ba7', isPromotedWhenCaughtUp: true, replaces: nodeId('n2') }],
  removed: [nodeId('n2')],
};

describe('a node’s status', () => {
  it('comes back as it went', () => {
    expect(decodeStatus(encodeStatus(status))).toEqual(status);
    const unformed: NodeStatus = {
      ...status,
      formation: 'unformed',
      clusterId: null,
      role: null,
      leader: null,
      peers: [],
      lease: null,
      voters: [],
    };
    expect(decodeStatus(encodeStatus(unformed))).toEqual(unformed);
  });

  it('loses what this version does not know', () => {
    expect(nodeStatusSchema.parse({ ...status, mood: 'good' })).toEqual(status);
  });

  it.each([
    ['a role that no node has', { ...status, role: 'king' }],
    ['an id that is no name', { ...status, id: 'n.1' }],
    ['an index that is none', { ...status, commitIndex: -1 }],
    ['no term', { ...status, term: null }],
  ])('is refused with %s', (_what, wrong) => {
    expect(() => decodeStatus(encodeMsgpack(wrong))).toThrow(MalformedMessage);
  });

  it('has its 64-bit numbers as texts in JSON', () => {
    const json = {
      ...status,
      term: '3',
      commitIndex: '42',
      lastApplied: '41',
      lastLogIndex: '43',
      firstIndex: '1',
      partings: [{ node: 'n3', revision: '7', isOdd: true }],
      peers: [
        {
          id: 'n2',
          matchIndex: '40',
          lag: '3',
          roundTripMs: 0.75,
          loss: 0.25,
          lastContactMs: 20,
          stage: 'alive',
          state: 'replicate',
          transfer: null,
          clock,
        },
      ],
    };
    expect(statusToJson(status)).toEqual(json);
    const reply = encodeJsonReply('status', { kind: 'ok', body: encodeStatus(status), leader: null });
    expect(JSON.parse(Buffer.from(reply).toString())).toEqual(json);
  });

  it('tells of a voter that does not answer only who it is', () => {
    const unreachable = { id: nodeId('n3'), storageId: 'ba7', role: 'unreachable' } as const;
    expect(statusToJson(unreachable)).toEqual(unreachable);
  });
});
