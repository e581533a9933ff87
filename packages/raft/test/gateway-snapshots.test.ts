import { beforeEach, describe, expect, test } from 'vitest';
import { askAgainMs, GatewayFixture, timeoutMs } from './support/gateway-fixture.ts';
import { snapshotAt } from './support/snapshots.ts';

let fixture: GatewayFixture;

beforeEach(() => {
  fixture = new GatewayFixture();
});

const outcome = { kind: 'recorded', record: snapshotAt(9, 3), isNew: true } as const;

describe('a snapshot of what is applied', () => {
  test('is asked of the own applier, also while nobody leads', () => {
    fixture.takeSnapshot(1, false);
    expect(fixture.take()).toMatchObject([
      { to: 'n1.applier', message: { kind: 'takeSnapshot', request: 1, atIndex: 0 } },
    ]);
    fixture.receive({ kind: 'snapshotAnswer', request: 1, outcome });
    expect(fixture.answers()).toEqual([{ kind: 'snapshot', outcome }]);
  });

  test('is asked for again until it is answered, once', () => {
    fixture.takeSnapshot(1, false);
    fixture.take();
    fixture.elapse(askAgainMs);
    expect(fixture.takeAll('takeSnapshot')).toMatchObject([{ request: 1, atIndex: 0 }]);
    fixture.receive({ kind: 'snapshotAnswer', request: 1, outcome });
    fixture.receive({ kind: 'snapshotAnswer', request: 1, outcome });
    expect(fixture.answers()).toHaveLength(1);
    fixture.elapse(askAgainMs);
    expect(fixture.takeAll('takeSnapshot')).toEqual([]);
  });

  test('that could not be taken is told so', () => {
    fixture.takeSnapshot(1, false);
    fixture.receive({ kind: 'snapshotAnswer', request: 1, outcome: { kind: 'failed', reason: 'no room' } });
    expect(fixture.answers()).toEqual([{ kind: 'snapshot', outcome: { kind: 'failed', reason: 'no room' } }]);
  });

  test('that is not there at its deadline is Timeout', () => {
    fixture.takeSnapshot(1, false);
    fixture.elapse(timeoutMs + 50);
    expect(fixture.answers()).toMatchObject([{ code: 'Timeout' }]);
  });
});

describe('a snapshot of all that is committed', () => {
  test('is asked of the applier at the index that the leader gives, and no other when it is asked again', () => {
    fixture.leads('n2', 3);
    fixture.takeSnapshot(1, true);
    const [sent] = fixture.take();
    expect(sent).toMatchObject({ to: 'n2.leader', message: { kind: 'readIndex', term: 3 } });
    fixture.readIndexReply(sent?.message.sequence, 7);
    expect(fixture.take()).toMatchObject([{ to: 'n1.applier', message: { kind: 'takeSnapshot', atIndex: 7 } }]);
    fixture.leads('n3', 4);
    fixture.elapse(askAgainMs);
    const again = fixture.take().map(({ message }) => message);
    expect(again.filter(({ kind }) => kind === 'readIndex')).toEqual([]);
    const asked = again.filter(({ kind }) => kind === 'takeSnapshot');
    expect(asked.length).toBeGreaterThan(0);
    expect(asked).toEqual(asked.map(() => ({ kind: 'takeSnapshot', request: 1, atIndex: 7 })));
  });

  test('whose question to the leader gets no answer asks it again', () => {
    fixture.leads('n2', 3);
    fixture.takeSnapshot(1, true);
    fixture.take();
    fixture.elapse(50);
    expect(fixture.takeAll('readIndex')).toEqual([]);
    fixture.elapse(askAgainMs - 50);
    expect(fixture.takeAll('readIndex')).toHaveLength(1);
  });

  test('without a leader until its deadline is NoLeader', () => {
    fixture.takeSnapshot(1, true);
    expect(fixture.take()).toEqual([]);
    fixture.elapse(timeoutMs + 50);
    expect(fixture.answers()).toMatchObject([{ code: 'NoLeader' }]);
  });
});
