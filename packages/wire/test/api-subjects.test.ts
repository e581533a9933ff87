import { clusterName, groupId, InvalidName, nodeId } from '@quorate/actor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  apiSubject,
  changesSubject,
  committedSubject,
  everyNodeApiSubject,
  nodeApiSubject,
  noRespondersSubject,
  type PeerRoute,
  parseNoRespondersSubject,
  parsePeerSubject,
  peerInbox,
  peerOutbox,
  peerSubject,
} from '../src/api/index.ts';

const route: PeerRoute = {
  cluster: clusterName('main'),
  from: nodeId('n1'),
  to: nodeId('n2'),
  group: groupId('config'),
  actor: 'logStore',
};

describe('subjects', () => {
  it('are these', () => {
    expect(apiSubject('main', 'config', 'get')).toBe('quorate.main.api.config.get');
    expect(nodeApiSubject('main', 'config', 'n1', 'status')).toBe('quorate.main.api.config.node.n1.status');
    expect(everyNodeApiSubject('main', 'config', 'hello')).toBe('quorate.main.api.config.all.hello');
    expect(committedSubject('main', 'config')).toBe('quorate.main.stream.config.committed');
    expect(changesSubject('main', 'config', 'app.db')).toBe('quorate.main.stream.config.changes.app.db');
    expect(peerSubject(route)).toBe('quorate.main.peer.n1.n2.config.logStore');
    expect(peerSubject({ ...route, actor: 'replicator/n2' })).toBe('quorate.main.peer.n1.n2.config.replicator.n2');
    expect(peerInbox('main', 'n1')).toBe('quorate.main.peer.*.n1.>');
    expect(peerOutbox('main', 'n1')).toBe('quorate.main.peer.n1.>');
  });

  it.each(['', 'a.b', '*', '>', 'a b', '_x', 'é', 'a'.repeat(65)])('are not made of the name %j', (name) => {
    for (const make of [
      () => apiSubject(name, 'config', 'get'),
      () => apiSubject('main', name, 'get'),
      () => nodeApiSubject('main', 'config', name, 'get'),
      () => everyNodeApiSubject(name, 'config', 'get'),
      () => committedSubject(name, 'config'),
      () => changesSubject('main', name, 'a'),
      () => peerInbox('main', name),
      () => peerOutbox(name, 'n1'),
    ]) {
      expect(make).toThrow(InvalidName);
    }
    expect(() => peerSubject({ ...route, actor: name })).toThrow(RangeError);
    expect(() => peerSubject({ ...route, actor: `replicator/${name}` })).toThrow(RangeError);
  });
});

describe('a peer’s subject', () => {
  it('comes back as its parts', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,10}$/);
    const actor = fc.array(name, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('/'));
    const any = fc.record({
      cluster: name.map(clusterName),
      from: name.map(nodeId),
      to: name.map(nodeId),
      group: name.map(groupId),
      actor,
    });
    fc.assert(
      fc.property(any, (parts) => {
        expect(parsePeerSubject(peerSubject(parts))).toEqual(parts);
      }),
    );
  });

  it.each([
    '',
    'quorate.main.peer.n1.n2.config',
    'quorate.main.peer.n1.n2.config.',
    'quorate.main.peer.n1.n2.config.replicator.n2.more',
    'quorate.main.peer.n1..config.logStore',
    'quorate.main.peer.*.n2.config.logStore',
    'quorate.main.peer.n1.n2.config.>',
    'quorate.main.peer.n1.n2.config.a/b',
    'quorate.main.peer._n1.n2.config.logStore',
    'quorate.main.api.n1.n2.config.logStore',
    'other.main.peer.n1.n2.config.logStore',
    'quorate.main.peer.n1.n2.config.logStore\n',
  ])('is not %j', (subject) => {
    expect(parsePeerSubject(subject)).toBeNull();
  });
});

describe('where NATS tells that a probe was not heard', () => {
  const route = {
    cluster: clusterName('main'),
    node: nodeId('n1'),
    group: groupId('config'),
    leader: nodeId('n2'),
    probe: 7,
  };

  it('is among what the node hears, and what it alone may say', () => {
    const subject = noRespondersSubject(route);
    expect(subject).toBe('quorate.main.peer.n1.n1.config._noResponders.n2.7');
    expect(parseNoRespondersSubject(subject)).toEqual(route);
    expect(peerInbox('main', 'n1')).toBe('quorate.main.peer.*.n1.>');
    expect(peerOutbox('main', 'n1')).toBe('quorate.main.peer.n1.>');
    // Nor is it taken for a message between actors.
    expect(parsePeerSubject(subject)).toBeNull();
  });

  it.each([
    'quorate.main.peer.n1.n2.config._noResponders.n2.7',
    'quorate.main.peer.n1.n1.config._noResponders.n2.-7',
    'quorate.main.peer.n1.n1.config._noResponders.n2.7.7',
    'quorate.main.peer.n1.n1.config._noResponders.n2',
    'quorate.main.peer.n1.n1.config._noResponders..7',
    'quorate.main.peer.n1.n1.config.logStore',
  ])('is not %j', (subject) => {
    expect(parseNoRespondersSubject(subject)).toBeNull();
  });
});
