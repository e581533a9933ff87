import { expect, test } from 'vitest';
import { PeerState } from '../src/state-check/peer-state.ts';

test('a peer from which this node differed until its own state was built anew is not said to differ any more', () => {
  const peer = new PeerState(() => {});
  const astray = (): number => 41;
  peer.told(5, 42, astray, 5);
  peer.reconsider(astray);
  expect(peer.differsAt).toBe(5);
  peer.reconsider(() => 42);
  expect(peer.differsAt).toBeNull();
});

test('where it does not know its own hash, what was found stays so', () => {
  const peer = new PeerState(() => {});
  peer.told(5, 42, () => 41, 5);
  peer.reconsider(() => null);
  expect(peer.differsAt).toBe(5);
});
