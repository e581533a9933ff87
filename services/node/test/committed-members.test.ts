import { nodeId } from '@quorate/actor';
import { type Configuration, configurationOf } from '@quorate/raft';
import { beforeEach, expect, test } from 'vitest';
import { CommittedMembers } from '../src/committed-members.ts';

const [n1, n2, n3] = ['n1', 'n2', 'n3'].map((id) => ({ id: nodeId(id), storageId: id }));
if (n1 === undefined || n2 === undefined || n3 === undefined) throw new Error('three voters');

let nowMs: number;
let members: CommittedMembers;

beforeEach(() => {
  nowMs = 1_000;
  members = new CommittedMembers({ now: () => nowMs, farewellMs: 300 });
});

const all = configurationOf([n1, n2, n3]);
const joint: Configuration = { ...configurationOf([n1, n2]), outgoingVoters: [n1, n2, n3], removed: [n3.id] };
const without: Configuration = { ...configurationOf([n1, n2]), removed: [n3.id] };

test('a node that was removed is heard for a while yet', () => {
  members.committed(all);
  members.committed(without);
  nowMs += 299;
  expect(members.isSilenced(n3.id)).toBe(false);
  nowMs += 1;
  expect(members.isSilenced(n3.id)).toBe(true);
  expect(members.isSilenced(n2.id)).toBe(false);
});

test('later changes do not give it more time', () => {
  members.committed(all);
  members.committed(without);
  nowMs += 200;
  members.committed({ ...without });
  nowMs += 100;
  expect(members.isSilenced(n3.id)).toBe(true);
});

test('while it has a vote among the outgoing voters it is a member', () => {
  members.committed(all);
  members.committed(joint);
  nowMs += 1_000;
  expect(members.isSilenced(n3.id)).toBe(false);
  expect(members.configuration).toBe(joint);
});

test('whoever was removed before the process began is not heard at all', () => {
  expect(members.isSilenced(n3.id)).toBe(false);
  members.committed(without);
  expect(members.isSilenced(n3.id)).toBe(true);
});
