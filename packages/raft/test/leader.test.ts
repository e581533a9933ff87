import { beforeEach, describe, expect, test } from 'vitest';
import {
  InvariantViolated,
  leaderToken,
  logIndex,
  defaultRaftSettings as settings,
  term,
  unmeasured,
} from '../src/index.ts';
import { votersOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LeaderFixture, noopIndex, officeTerm, startIndex, token } from './support/leader-fixture.ts';

let fixture: LeaderFixture;

beforeEach(() => {
  fixture = new LeaderFixture();
});

describe('taking office', () => {
  test('the token is asked for, again until it comes, by the same asker', () => {
    const { asker } = fixture.takeOne('becomeLeader');
    fixture.elapse(settings.heartbeatIntervalMs);
    expect(fixture.takeOne('becomeLeader')).toEqual({ kind: 'becomeLeader', term: officeTerm, asker });
  });

  test('nothing is proposed, committed or read before it', () => {
    fixture.take();
    fixture.propose(1, 'a');
    fixture.readIndex(2);
    expect(fixture.take()).toEqual([]);
  });

  test('a no-op of the own term comes first, before what waited', () => {
    fixture.propose(1, 'a');
    fixture.take();
    fixture.grant();
    const first = { term: officeTerm, index: noopIndex, kind: 'noop', command: new Uint8Array() };
    expect(fixture.takeOne('append')).toMatchObject({
      kind: 'append',
      token,
      prevLogIndex: startIndex,
      entries: [first],
    });
    fixture.appended(noopIndex);
    expect(fixture.takeOne('append')).toMatchObject({ prevLogIndex: noopIndex, entries: [{ kind: 'command' }] });
  });

  test('leaders, 1: a replicator for each other voter, which is heard at once', () => {
    fixture.grant();
    expect([...fixture.context.spawned]).toEqual(['replicator/n2', 'replicator/n3']);
  });

  test('it announces itself as soon as it has the token, once', () => {
    expect(fixture.announcements).toBe(0);
    fixture.grant();
    fixture.grant();
    expect(fixture.announcements).toBe(1);
  });

  test('a token of another term is not taken', () => {
    fixture.take();
    fixture.grant(votersOf('n1'), term(2));
    expect(fixture.take()).toEqual([]);
  });

  test('a doubled grant begins nothing anew', () => {
    fixture.grant();
    fixture.take();
    fixture.grant();
    expect(fixture.take()).toEqual([]);
  });

  test('it is given up if no token comes for an election timeout', () => {
    fixture.elapse(settings.electionTimeoutMaxMs + settings.heartbeatIntervalMs);
    expect(fixture.takeAll('leadershipLost')).toHaveLength(1);
  });
});

describe('losing office', () => {
  test.each<[string, () => void]>([
    ['the log store has a later term', () => fixture.receive({ kind: 'leadershipRefused', term: term(4) })],
    [
      'the log store has another leader in this term',
      () => fixture.receive({ kind: 'leadershipRefused', term: officeTerm }),
    ],
    ['a replicator has failed', () => fixture.receive({ kind: 'replicatorFailed' })],
  ])('the election is told when %s', (_, happens) => {
    fixture.lead();
    happens();
    expect(fixture.takeAll('leadershipLost')).toHaveLength(1);
  });

  test('it is told again until it has stopped this leader, and nothing else is done', () => {
    fixture.lead();
    fixture.receive({ kind: 'leadershipRefused', term: term(4) });
    fixture.take();
    fixture.elapse(settings.heartbeatIntervalMs);
    fixture.propose(9, 'late');
    fixture.matched('n2', 9);
    const sent = fixture.take();
    expect(sent.length).toBeGreaterThan(0);
    for (const { to, message } of sent) {
      expect({ to, message }).toMatchObject({ to: 'n1.election', message: { kind: 'leadershipLost', term: 4 } });
    }
  });

  test('a late refusal of an earlier leader of this node is not its own', () => {
    fixture.lead();
    fixture.receive({ kind: 'leadershipRefused', term: term(2) });
    expect(fixture.take()).toEqual([]);
    fixture.propose(1, 'a');
    expect(fixture.takeAll('append')).toHaveLength(1);
  });

  test('check-quorum: a leader that hears no majority for an election timeout gives up', () => {
    fixture.lead();
    for (let passedMs = 0; passedMs < settings.electionTimeoutMaxMs; passedMs += settings.heartbeatIntervalMs) {
      fixture.roundConfirmed(0);
      fixture.elapse(settings.heartbeatIntervalMs);
    }
    expect(fixture.takeAll('leadershipLost')).toEqual([]);
    fixture.elapse(settings.heartbeatIntervalMs);
    expect(fixture.takeOne('leadershipLost')).toMatchObject({ term: officeTerm });
  });

  test('check-quorum: one that hears a majority goes on', () => {
    fixture.lead();
    for (let passedMs = 0; passedMs < 1000; passedMs += settings.heartbeatIntervalMs) {
      fixture.roundConfirmed(0);
      fixture.matched('n3', 0);
      fixture.elapse(settings.heartbeatIntervalMs);
    }
    expect(fixture.takeAll('leadershipLost')).toEqual([]);
  });

  test('check-quorum: its own log store has to answer as any voter has', () => {
    fixture.lead();
    for (let passedMs = 0; passedMs < 1000; passedMs += settings.heartbeatIntervalMs) {
      fixture.matched('n3', 0);
      fixture.elapse(settings.heartbeatIntervalMs);
    }
    expect(fixture.takeAll('leadershipLost').length).toBeGreaterThan(0);
  });
});

describe('Raft figure 2, rules for servers: leaders, commit', () => {
  test('an entry is committed when a majority has it on disk, this node counted as any other', () => {
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.matched('n2', noopIndex);
    expect(fixture.takeAll('commit')).toEqual([]);
    fixture.durable(noopIndex);
    expect(fixture.takeOne('commit')).toEqual({ kind: 'commit', token, commitIndex: noopIndex });
  });

  test('two others are a majority without this node’s disk', () => {
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.matched('n2', noopIndex);
    fixture.matched('n3', noopIndex);
    expect(fixture.takeOne('commit')).toMatchObject({ commitIndex: noopIndex });
  });

  test('a peer whose log is being repaired counts for nothing', () => {
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    const matchIndex = logIndex(noopIndex);
    const from = {
      token,
      peer: senderOf('n2').node,
      matchIndex,
      round: 9,
      promise: null,
      link: unmeasured,
      transfer: null,
      reading: null,
    } as const;
    fixture.receive({ kind: 'matched', ...from, mode: 'repair' });
    expect(fixture.takeAll('commit')).toEqual([]);
    fixture.receive({ kind: 'matched', ...from, mode: 'replicate' });
    expect(fixture.takeOne('commit')).toMatchObject({ commitIndex: noopIndex });
  });

  test('a peer that is being sent a snapshot is shown with what it has of it, until it has it', () => {
    const shown = (): unknown => {
      fixture.receive({ kind: 'describe', request: 1 });
      return fixture.takeOne('described').part;
    };
    fixture.grant();
    const transfer = { storedBytes: 300, totalBytes: 1000 };
    const peer = senderOf('n2').node;
    const told = {
      token,
      peer,
      matchIndex: logIndex(0),
      round: 0,
      promise: null,
      link: unmeasured,
      reading: null,
    } as const;
    fixture.receive({ kind: 'matched', ...told, mode: 'snapshot', transfer });
    expect(shown()).toMatchObject({
      peers: [
        { id: 'n2', state: 'snapshot', transfer },
        { id: 'n3', transfer: null },
      ],
    });
    fixture.receive({ kind: 'matched', ...told, mode: 'probe', transfer: null });
    expect(shown()).toMatchObject({ peers: [{ id: 'n2', state: 'probe', transfer: null }, {}] });
  });

  test('a peer that says the same twice counts once', () => {
    fixture.grant(votersOf('n1', 'n2', 'n3', 'n4', 'n5'));
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    fixture.matched('n2', noopIndex);
    fixture.matched('n2', noopIndex);
    expect(fixture.takeAll('commit')).toEqual([]);
  });

  test('§5.4.2: entries of earlier terms on a majority are not committed by counting, but with the no-op', () => {
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.durable(startIndex);
    fixture.matched('n2', startIndex);
    fixture.matched('n3', startIndex);
    expect(fixture.takeAll('commit')).toEqual([]);
    fixture.durable(noopIndex);
    fixture.matched('n3', noopIndex);
    expect(fixture.takeOne('commit')).toMatchObject({ commitIndex: noopIndex });
  });

  test('what a peer had acknowledged never falls', () => {
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.matched('n2', noopIndex);
    fixture.matched('n2', 1);
    fixture.durable(noopIndex);
    expect(fixture.takeOne('commit')).toMatchObject({ commitIndex: noopIndex });
  });

  test('acknowledgements with the token of another office count for nothing', () => {
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.take();
    fixture.durable(noopIndex, leaderToken(9));
    fixture.matched('n2', noopIndex, 0, leaderToken(9));
    fixture.matched('n3', noopIndex);
    expect(fixture.takeAll('commit')).toEqual([]);
  });

  test('the peers hear of a commit, and the log store again until it is known to have heard', () => {
    fixture.lead();
    fixture.propose(1, 'a');
    fixture.appended(noopIndex + 1);
    fixture.durable(noopIndex + 1);
    fixture.take();
    fixture.matched('n3', noopIndex + 1);
    const sent = fixture.take();
    expect(sent.filter(({ message }) => message.kind === 'advance')).toMatchObject([
      { to: 'n1.replicator/n2', message: { commitIndex: noopIndex + 1, lastLogIndex: noopIndex + 1 } },
      { to: 'n1.replicator/n3', message: { commitIndex: noopIndex + 1, lastLogIndex: noopIndex + 1 } },
    ]);
    fixture.elapse(settings.heartbeatIntervalMs);
    expect(fixture.takeOne('commit')).toMatchObject({ commitIndex: noopIndex + 1 });
  });

  test('one voter alone commits what is on its own disk', () => {
    fixture.grant(votersOf('n1'));
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    expect(fixture.takeOne('commit')).toMatchObject({ commitIndex: noopIndex });
  });
});

describe('what may be lost is repeated on the tick', () => {
  test('an append without an answer, the same one; what the replicators should know; the own confirmation', () => {
    fixture.grant();
    const append = fixture.takeOne('append');
    fixture.elapse(settings.heartbeatIntervalMs);
    const sent = fixture.take().map(({ message }) => message);
    expect(sent).toContainEqual(append);
    expect(sent.filter(({ kind }) => kind === 'advance')).toHaveLength(2);
    expect(sent.filter(({ kind }) => kind === 'confirmRound')).toHaveLength(1);
  });

  test('an answer that comes twice, or late, ends no later append', () => {
    fixture.lead();
    fixture.propose(1, 'a');
    fixture.take();
    fixture.appended(noopIndex);
    fixture.propose(2, 'b');
    expect(fixture.takeAll('append')).toEqual([]);
    fixture.appended(noopIndex + 1);
    expect(fixture.takeAll('append')).toHaveLength(1);
  });

  test('a log that is longer than what this leader has put there is another’s: it fails', () => {
    fixture.lead();
    fixture.propose(1, 'a');
    expect(() => fixture.appended(noopIndex + 2)).toThrow(InvariantViolated);
  });

  test('results that were missed are asked for', () => {
    fixture.lead();
    fixture.propose(1, 'a');
    fixture.appended(noopIndex + 1);
    fixture.durable(noopIndex + 1);
    fixture.elapse(settings.heartbeatIntervalMs);
    expect(fixture.takeAll('askResults')).toEqual([]);
    fixture.matched('n2', noopIndex + 1);
    fixture.elapse(settings.heartbeatIntervalMs);
    const ask = { kind: 'askResults', fromIndex: noopIndex + 1, toIndex: noopIndex + 1 };
    expect(fixture.takeOne('askResults')).toEqual(ask);
    const result = { index: logIndex(noopIndex + 1), term: officeTerm, result: new Uint8Array() };
    fixture.receive({ kind: 'applied', results: [result] });
    fixture.elapse(settings.heartbeatIntervalMs);
    expect(fixture.takeAll('askResults')).toEqual([]);
  });
});
