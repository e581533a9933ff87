import { beforeEach, describe, expect, test } from 'vitest';
import {
  type ChangePlan,
  type Configuration,
  defaultRaftSettings,
  type LogFields,
  type Logger,
  type MemberFacts,
  type MembershipChange,
  type MemberTracer,
  type PeerStageChange,
  type RaftParts,
  raftParts,
} from '../src/index.ts';
import { senderOf } from './support/fake-context.ts';
import { LeaderFixture, noopIndex, officeTerm } from './support/leader-fixture.ts';
import { changeOf, learner, members } from './support/members.ts';

const autoRemoveAfterMs = 5000;
const { heartbeatIntervalMs, probeTimeoutMs } = defaultRaftSettings;
/** So long after its last word, at the latest, a peer is offline. */
const detectionMs = 5 * heartbeatIntervalMs + probeTimeoutMs;

let fixture: LeaderFixture;
let logged: { readonly message: string; readonly fields: LogFields }[];
let stages: PeerStageChange[];
let spans: { readonly peer: string; readonly silentMs: number; outcome: string | null }[];

const log = (message: string, fields: LogFields = {}): void => {
  logged.push({ message, fields });
};
/** What is logged on the way to being offline. */
const onTheWay = ['a member is silent', 'a member is silent'];
const logger: Logger = { info: log, warn: log, error: log };
const memberTracer: MemberTracer = {
  stageChanged: (change) => void stages.push(change),
  removing: (removal) => {
    const span = { ...removal, outcome: null as string | null };
    spans.push(span);
    return {
      end: (outcome) => {
        span.outcome = outcome;
      },
    };
  },
};

/** A leader whose settings say when voters go. */
function lead(
  configuration: Configuration,
  after: number | null = autoRemoveAfterMs,
  parts: RaftParts = raftParts,
): void {
  logged = [];
  stages = [];
  spans = [];
  fixture = new LeaderFixture({ settings: { autoRemoveAfterMs: after }, parts, logger, memberTracer });
  fixture.lead(configuration);
}

/** The end of the log, which whoever answers has. */
let end = noopIndex;
const appended: { readonly index: number; readonly configuration: Configuration | null }[] = [];

/** Lets time pass in which these peers answer. What is appended meanwhile is on their disks at their next answer. */
function pass(forMs: number, ...answering: readonly string[]): void {
  for (let passedMs = 0; passedMs < forMs; passedMs += heartbeatIntervalMs) {
    fixture.elapse(heartbeatIntervalMs);
    answer(...answering);
  }
}

function answer(...answering: readonly string[]): void {
  fixture.roundConfirmed(0);
  for (const peer of answering) fixture.matched(peer, end);
  const entries = fixture.takeAppended();
  appended.push(...entries);
  end = entries.at(-1)?.index ?? end;
}

/** The voters of every configuration that was appended since this was last asked, the joint ones marked. */
const takeVoters = (): readonly string[] =>
  appended.splice(0).flatMap(({ configuration }) => {
    if (configuration === null) return [];
    const names = configuration.voters.map(({ id }) => id).join(' ');
    return [configuration.outgoingVoters.length > 0 ? `joint ${names}` : names];
  });

const five = members({ voters: ['n1', 'n2', 'n3', 'n4', 'n5'] });
const messages = (): readonly string[] => logged.map(({ message }) => message);

beforeEach(() => {
  end = noopIndex;
  appended.length = 0;
});

describe('a peer that falls silent', () => {
  test('is probed while it may be there, offline after that, and both are shown', () => {
    lead(members({ voters: ['n1', 'n2', 'n3'], learners: ['n4'] }), null);
    pass(5 * heartbeatIntervalMs, 'n2', 'n4');
    fixture.take();
    fixture.elapse(heartbeatIntervalMs);
    expect(fixture.take().filter(({ message }) => message.kind === 'probe')).toMatchObject([
      { to: 'n1.replicator/n3' },
    ]);
    answer('n2', 'n4');
    pass(probeTimeoutMs + heartbeatIntervalMs, 'n2');
    fixture.take();
    fixture.receive({ kind: 'describe', request: 1 });
    expect(fixture.takeOne('described')).toMatchObject({
      part: {
        peers: [
          { id: 'n2', stage: 'alive' },
          { id: 'n3', stage: 'offline' },
          { id: 'n4', stage: 'probe' },
        ],
      },
    });
  });

  test('comes from stage to stage, each of which is told once, in the log and as a trace, and is back once', () => {
    lead(five, null);
    pass(3 * detectionMs, 'n2', 'n3', 'n4');
    expect(logged).toMatchObject([
      { message: 'a member is silent', fields: { member: 'n5', stage: 'suspect' } },
      { message: 'a member is silent', fields: { member: 'n5', stage: 'probe' } },
      { message: 'a member is offline', fields: { member: 'n5' } },
    ]);
    expect(stages).toMatchObject(['suspect', 'probe', 'offline'].map((stage) => ({ peer: 'n5', stage })));
    expect(stages[2]?.silentMs).toBeLessThanOrEqual(detectionMs);
    pass(1000, 'n2', 'n3', 'n4', 'n5');
    expect(logged.slice(3)).toMatchObject([{ message: 'a member is back', fields: { member: 'n5' } }]);
    expect(stages.slice(3)).toMatchObject([{ peer: 'n5', stage: 'alive' }]);
    expect(stages[3]?.silentMs).toBeGreaterThan(2 * detectionMs);
  });

  test('and answers again is alive, which is told as well', () => {
    lead(five, null);
    pass(2 * heartbeatIntervalMs, 'n2', 'n3', 'n4');
    pass(2 * heartbeatIntervalMs, 'n2', 'n3', 'n4', 'n5');
    expect(logged).toMatchObject([
      { message: 'a member is silent', fields: { member: 'n5', stage: 'suspect' } },
      { message: 'a member answers again', fields: { member: 'n5' } },
    ]);
    expect(stages.map(({ stage }) => stage)).toEqual(['suspect', 'alive']);
  });

  test('stays a member where nobody has said otherwise', () => {
    lead(five, null);
    pass(20 * autoRemoveAfterMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual([]);
  });
});

describe('a voter that has been offline for long', () => {
  test('is removed by the leader, through a joint configuration, with a line of log and a span', () => {
    lead(five);
    pass(autoRemoveAfterMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual([]);
    pass(detectionMs + 5 * heartbeatIntervalMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual(['joint n1 n2 n3 n4', 'n1 n2 n3 n4']);
    expect(messages()).toEqual([
      ...onTheWay,
      'a member is offline',
      'removing a voter that does not answer',
      'removed a voter that did not answer',
    ]);
    const fields = logged.find(({ message }) => message.startsWith('removing'))?.fields;
    expect(fields).toMatchObject({ member: 'n5' });
    expect(Number(fields?.silentMs)).toBeGreaterThanOrEqual(autoRemoveAfterMs);
    expect(spans).toMatchObject([{ peer: 'n5', silentMs: fields?.silentMs, outcome: 'committed' }]);
  });

  test('stays if it was heard in between, for as long again', () => {
    lead(five);
    pass(autoRemoveAfterMs, 'n2', 'n3', 'n4');
    answer('n2', 'n3', 'n4', 'n5');
    pass(autoRemoveAfterMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual([]);
  });

  test('stays if two voters would be left beside it and the leader', () => {
    lead(members({ voters: ['n1', 'n2', 'n3'] }));
    pass(10 * autoRemoveAfterMs, 'n2');
    expect(takeVoters()).toEqual([]);
  });

  test('goes alone, and the next one when as long has passed since that was committed; the third leaves too few', () => {
    lead(members({ voters: ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'] }));
    pass(autoRemoveAfterMs + detectionMs + 5 * heartbeatIntervalMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual(['joint n1 n2 n3 n4 n6', 'n1 n2 n3 n4 n6']);
    pass(autoRemoveAfterMs - 10 * heartbeatIntervalMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual([]);
    pass(15 * heartbeatIntervalMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual(['joint n1 n2 n3 n4', 'n1 n2 n3 n4']);
    pass(10 * autoRemoveAfterMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual([]);
  });

  test('stays as long as the change is refused, which is said once, and goes when it is not any more', () => {
    let isRefused = true;
    class Membership extends raftParts.Membership {
      protected override plan(current: Configuration, change: MembershipChange, facts: MemberFacts): ChangePlan {
        if (!isRefused) return super.plan(current, change, facts);
        return { kind: 'refused', refusal: { code: 'NoQuorum', message: 'no majority' } };
      }
    }
    lead(five, autoRemoveAfterMs, { ...raftParts, Membership });
    pass(2 * autoRemoveAfterMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual([]);
    expect(logged.slice(3)).toMatchObject([
      {
        message: 'a voter that does not answer cannot be removed yet',
        fields: { member: 'n5', code: 'NoQuorum', reason: 'no majority' },
      },
    ]);
    expect(spans).toEqual([]);
    isRefused = false;
    pass(5 * heartbeatIntervalMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual(['joint n1 n2 n3 n4', 'n1 n2 n3 n4']);
  });

  test('stays while an operator changes the members, and goes when that is done', () => {
    lead(five);
    pass(autoRemoveAfterMs, 'n2', 'n3', 'n4');
    fixture.change(1, changeOf({ add: [learner('n6')] }));
    appended.push(...fixture.takeAppended());
    // The change is on nobody's disk but the leader's.
    const before = end;
    for (let passedMs = 0; passedMs < 3 * autoRemoveAfterMs; passedMs += heartbeatIntervalMs) {
      fixture.elapse(heartbeatIntervalMs);
      fixture.roundConfirmed(0);
      for (const peer of ['n2', 'n3', 'n4']) fixture.matched(peer, before);
      appended.push(...fixture.takeAppended());
    }
    expect(takeVoters()).toEqual(['n1 n2 n3 n4 n5']);
    // n6 does not run yet.
    expect(messages()).toEqual([...onTheWay, 'a member is offline', ...onTheWay, 'a member is offline']);
    end = before + 1;
    pass(5 * heartbeatIntervalMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual(['joint n1 n2 n3 n4', 'n1 n2 n3 n4']);
  });

  test('stays while leadership is being handed over', () => {
    lead(five);
    pass(autoRemoveAfterMs + detectionMs - 3 * heartbeatIntervalMs, 'n2', 'n3', 'n4');
    fixture.transfer(1, 'n2', senderOf('n2'), officeTerm);
    pass(4 * heartbeatIntervalMs, 'n2', 'n3', 'n4');
    expect(messages()).toEqual([...onTheWay, 'a member is offline']);
    // The voter that was to lead does not.
    pass(10 * heartbeatIntervalMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual(['joint n1 n2 n3 n4', 'n1 n2 n3 n4']);
  });

  test('stays if a learner is to replace it: an operator has seen to it', () => {
    lead(members({ voters: ['n1', 'n2', 'n3', 'n4', 'n5'], learners: [learner('n6', { replaces: 'n5' })] }));
    pass(5 * autoRemoveAfterMs, 'n2', 'n3', 'n4', 'n6');
    expect(takeVoters()).toEqual([]);
  });

  test('is a voter: learners are not removed', () => {
    lead(members({ voters: ['n1', 'n2', 'n3', 'n4'], learners: ['n5'] }));
    pass(5 * autoRemoveAfterMs, 'n2', 'n3', 'n4');
    expect(takeVoters()).toEqual([]);
  });

  test('is not removed before an entry of the own term is committed', () => {
    lead(five);
    fixture = new LeaderFixture({ settings: { autoRemoveAfterMs }, logger, memberTracer });
    fixture.grant(five);
    fixture.appended(noopIndex);
    for (let passedMs = 0; passedMs < 3 * autoRemoveAfterMs; passedMs += heartbeatIntervalMs) {
      fixture.elapse(heartbeatIntervalMs);
      fixture.roundConfirmed(0);
      for (const peer of ['n2', 'n3', 'n4']) fixture.matched(peer, noopIndex - 1);
    }
    expect(fixture.takeAll('append').flatMap(({ entries }) => entries as readonly unknown[])).not.toContainEqual(
      expect.objectContaining({ kind: 'configuration' }),
    );
  });

  test('leaves a span of unknown outcome if the leader loses its office first', () => {
    lead(five);
    pass(autoRemoveAfterMs + detectionMs - heartbeatIntervalMs, 'n2', 'n3', 'n4');
    while (spans.length === 0) {
      fixture.elapse(heartbeatIntervalMs);
      fixture.roundConfirmed(0);
      for (const peer of ['n2', 'n3', 'n4']) fixture.matched(peer, noopIndex);
    }
    fixture.receive({ kind: 'leadershipRefused', term: officeTerm });
    expect(spans).toMatchObject([{ outcome: 'unknown' }]);
  });
});
