import { beforeEach, describe, expect, test } from 'vitest';
import { type LinkMeasurements, defaultRaftSettings as settings } from '../src/index.ts';
import { votersOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LeaderFixture, noopIndex } from './support/leader-fixture.ts';

const { heartbeatIntervalMs, electionTimeoutMaxMs } = settings;

let fixture: LeaderFixture;

beforeEach(() => {
  fixture = new LeaderFixture();
  fixture.lead();
});

/** A heartbeat interval passes, in which the peers answer over such links. What this leader sent meanwhile. */
function beat(links: Readonly<Record<string, Partial<LinkMeasurements>>>, intervalMs = heartbeatIntervalMs) {
  fixture.roundConfirmed(0);
  for (const [peer, link] of Object.entries(links)) fixture.answered(peer, noopIndex, link);
  fixture.take();
  fixture.elapse(intervalMs);
  return fixture.take();
}

/** What the replicators are told of the pace. */
const paces = (sent: ReturnType<typeof beat>): unknown[] =>
  sent
    .filter(({ message }) => message.kind === 'advance')
    .map(({ message }) => [message.heartbeatIntervalMs, message.electionTimeoutMinMs, message.electionTimeoutMaxMs]);

const slow = { roundTripMs: 70, leastRoundTripMs: 60 };
const good = { roundTripMs: 1.4, leastRoundTripMs: 0.7 };

describe('the pace', () => {
  test('is that of the settings on a good network, and the own log store counts by it', () => {
    const sent = beat({ n2: good, n3: good });
    expect(paces(sent)).toEqual([
      [50, 150, 300],
      [50, 150, 300],
    ]);
    const confirm = sent.find(({ message }) => message.kind === 'confirmRound');
    expect(confirm?.message).toMatchObject({ electionTimeoutMinMs: 150, electionTimeoutMaxMs: 300 });
  });

  test('follows the slowest voter that a quorum needs: with a near one of three it is that', () => {
    expect(paces(beat({ n2: good, n3: slow }))[0]).toEqual([50, 150, 300]);
    expect(paces(beat({ n2: slow, n3: slow }))[0]).toEqual([200, 600, 1200]);
  });

  test('follows the voter that is left when the near one is silent', () => {
    beat({ n2: good, n3: slow });
    for (let passedMs = 0; passedMs <= electionTimeoutMaxMs; passedMs += heartbeatIntervalMs) beat({ n3: slow });
    expect(paces(beat({ n3: slow }, 200)).at(-1)).toEqual([200, 600, 1200]);
  });

  test('follows the loss of the worst link, so that enough heartbeats get through', () => {
    expect(paces(beat({ n2: { loss: 0.01 }, n3: { loss: 0.3 } }))[0]).toEqual([150 / 7, 150, 300]);
  });

  test('follows the flushes of a quorum, this node’s disk among them', () => {
    const five = new LeaderFixture();
    five.lead(votersOf('n1', 'n2', 'n3', 'n4', 'n5'));
    for (const [peer, flushMs] of Object.entries({ n2: 100, n3: 200, n4: 5000, n5: 5000 })) {
      five.answered(peer, noopIndex, { flushMs });
    }
    five.roundConfirmed(0);
    five.take();
    five.elapse(heartbeatIntervalMs);
    expect(paces(five.take())[0]).toEqual([250, 800, 1600]);
  });

  test('decides how long a quorum may be silent', () => {
    beat({ n2: slow, n3: slow });
    fixture.elapse(electionTimeoutMaxMs + heartbeatIntervalMs);
    expect(fixture.takeAll('leadershipLost')).toEqual([]);
    fixture.elapse(1200);
    expect(fixture.takeAll('leadershipLost')[0]).toMatchObject({ reason: 'no quorum answers' });
  });
});

describe('a leader without a connection to the bus', () => {
  const told = (sent: ReturnType<typeof beat>): unknown[] =>
    sent.filter(({ message }) => message.kind === 'leaderAside').map(({ message }) => message.isAside);

  /** Nobody is heard for so long. */
  function lostBus(forMs: number): void {
    fixture.receive({ kind: 'busLost' });
    for (let passedMs = 0; passedMs < forMs; passedMs += heartbeatIntervalMs) beat({});
  }

  test('stands aside after an election timeout, and does not step down, however long it lasts', () => {
    lostBus(electionTimeoutMaxMs);
    expect(told(beat({}))).toEqual([true]);
    lostBus(60_000);
    const sent = beat({});
    expect(told(sent)).toEqual([true]);
    expect(sent.map(({ message }) => message.kind)).not.toContain('leadershipLost');
  });

  test('speaks at once to all peers when it is back, and leads on when a quorum answers', () => {
    lostBus(1000);
    fixture.receive({ kind: 'busConnected' });
    expect(fixture.take().map(({ to, message }) => [to, message.kind])).toEqual([
      ['n1.replicator/n2', 'probe'],
      ['n1.replicator/n3', 'probe'],
    ]);
    expect(told(beat({}))).toEqual([true]);
    expect(fixture.announcements).toBe(1);
    expect(told(beat({ n2: good }))).toEqual([false]);
    // Clients may have missed that it is back.
    expect(fixture.announcements).toBe(2);
    // Again, in case the election has missed it.
    expect(told(beat({ n2: good }))).toEqual([false]);
  });

  test('steps down if nobody answers when it is back', () => {
    lostBus(1000);
    fixture.receive({ kind: 'busConnected' });
    for (let passedMs = 0; passedMs < electionTimeoutMaxMs; passedMs += heartbeatIntervalMs) beat({});
    fixture.elapse(heartbeatIntervalMs);
    expect(fixture.takeAll('leadershipLost')[0]).toMatchObject({ reason: 'no quorum answers' });
  });

  test('takes no peer for gone because it has not heard it meanwhile', () => {
    lostBus(60_000);
    fixture.receive({ kind: 'busConnected' });
    beat({ n2: good });
    fixture.receive({ kind: 'describe', request: 1 });
    expect(fixture.takeOne('described')).toMatchObject({ part: { peers: [{ stage: 'alive' }, { stage: 'alive' }] } });
  });
});

test('a leader that is probed has a heartbeat sent to the prober at once', () => {
  fixture.receive({ kind: 'leaderProbe', probe: 3 }, senderOf('n3'));
  expect(fixture.take()).toEqual([{ to: 'n1.replicator/n3', message: { kind: 'probe' } }]);
  fixture.receive({ kind: 'leaderProbe', probe: 3 }, senderOf('n9'));
  expect(fixture.take()).toEqual([]);
});

describe('a leader whose disk stands still', () => {
  test('tells another to campaign, and steps down', () => {
    fixture.propose(1, 'a');
    fixture.appended(noopIndex + 1);
    fixture.matched('n2', noopIndex + 1);
    for (let passedMs = 0; passedMs < electionTimeoutMaxMs; passedMs += heartbeatIntervalMs) {
      expect(beat({ n2: good, n3: good }).map(({ message }) => message.kind)).not.toContain('leadershipLost');
    }
    beat({ n2: good, n3: good });
    const sent = beat({ n2: good, n3: good });
    expect(sent).toContainEqual({ to: 'n2.election', message: { kind: 'timeoutNow', term: 3 } });
    const lost = sent.find(({ message }) => message.kind === 'leadershipLost');
    expect(lost?.message).toMatchObject({ reason: 'the disk stands still' });
  });

  test('stays if it gets on, however slowly', () => {
    for (let entry = 1; entry <= 20; entry += 1) {
      fixture.propose(entry, 'a');
      fixture.appended(noopIndex + entry);
      if (entry > 4) fixture.durable(noopIndex + entry - 4);
      expect(beat({ n2: good, n3: good }).map(({ message }) => message.kind)).not.toContain('leadershipLost');
    }
  });

  test('stays if it could not hear of it, without the bus that its own messages may travel over', () => {
    fixture.propose(1, 'a');
    fixture.appended(noopIndex + 1);
    fixture.receive({ kind: 'busLost' });
    for (let passedMs = 0; passedMs < 3 * electionTimeoutMaxMs; passedMs += heartbeatIntervalMs) beat({});
    fixture.receive({ kind: 'busConnected' });
    for (let passedMs = 0; passedMs < electionTimeoutMaxMs; passedMs += heartbeatIntervalMs) {
      expect(beat({ n2: good, n3: good }).map(({ message }) => message.kind)).not.toContain('leadershipLost');
    }
    beat({ n2: good, n3: good });
    beat({ n2: good, n3: good });
    expect(beat({ n2: good, n3: good }).map(({ message }) => message.kind)).toContain('leadershipLost');
  });

  test('stays if there is nobody else', () => {
    const alone = new LeaderFixture();
    alone.lead(votersOf('n1'));
    alone.propose(1, 'a', senderOf('n1'));
    alone.appended(noopIndex + 1);
    for (let passedMs = 0; passedMs < 3 * electionTimeoutMaxMs; passedMs += heartbeatIntervalMs) {
      alone.roundConfirmed(0);
      alone.elapse(heartbeatIntervalMs);
    }
    expect(alone.takeAll('leadershipLost')).toEqual([]);
  });
});
