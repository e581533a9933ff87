import { beforeEach, describe, expect, test } from 'vitest';
import { bytes } from './support/entries.ts';
import { applied, askAgainMs, GatewayFixture, refused, timeoutMs } from './support/gateway-fixture.ts';
import { changeOf, learner } from './support/members.ts';

let fixture: GatewayFixture;

beforeEach(() => {
  fixture = new GatewayFixture();
  fixture.leads('n2', 3);
});

const change = changeOf({ add: [learner('n4')], remove: ['n3'] });

describe('a change of the members', () => {
  test('goes to the leader of the known term, and its caller gets what became of it', () => {
    fixture.changeMembers(1, change);
    const [sent] = fixture.take();
    expect(sent).toMatchObject({ to: 'n2.leader', message: { kind: 'proposeChange', term: 3, change } });
    fixture.proposeReply(sent?.message.sequence, 3, applied);
    expect(fixture.answers()).toMatchObject([{ kind: 'result', index: 9 }]);
  });

  test('that is rejected is not asked for again: its caller is told why', () => {
    fixture.changeMembers(1, change);
    const { sequence } = fixture.takeOne('proposeChange');
    fixture.proposeReply(sequence, 3, { kind: 'rejected', code: 'NoQuorum', message: 'because' });
    expect(fixture.answers()).toEqual([{ kind: 'rejected', code: 'NoQuorum', message: 'because' }]);
    fixture.elapse(askAgainMs);
    fixture.leads('n3', 4);
    expect(fixture.takeAll('proposeChange')).toEqual([]);
  });

  test('that a leader could not take yet is asked for again, as another one', () => {
    fixture.changeMembers(1, change);
    const { sequence } = fixture.takeOne('proposeChange');
    fixture.proposeReply(sequence, 3, refused);
    fixture.leads('n2', 3);
    fixture.elapse(askAgainMs);
    const again = fixture.takeOne('proposeChange');
    expect(again).toMatchObject({ term: 3, change });
    expect(again.sequence).not.toBe(sequence);
  });

  test('is asked for again with the same sequence while there is no answer', () => {
    fixture.changeMembers(1, change);
    const { sequence } = fixture.takeOne('proposeChange');
    fixture.elapse(askAgainMs);
    expect(fixture.takeAll('proposeChange')).toMatchObject([{ sequence, term: 3 }]);
  });

  test('is OutcomeUnknown when the leader changes meanwhile, and is not asked for of the next', () => {
    fixture.changeMembers(1, change);
    fixture.take();
    fixture.leads('n3', 4);
    const sent = fixture.take();
    expect(sent.map(({ message }) => message.kind)).toEqual(['answered']);
    expect(sent[0]?.message).toMatchObject({ answer: { code: 'OutcomeUnknown' } });
  });

  test('without a leader until its deadline was not made: NoLeader', () => {
    fixture.leads(null, 4);
    fixture.changeMembers(1, change);
    fixture.elapse(timeoutMs + 50);
    expect(fixture.answers()).toMatchObject([{ code: 'NoLeader' }]);
  });
});

describe('a transfer', () => {
  test('goes to the leader, and is done when the target leads', () => {
    fixture.transfer(1, 'n3');
    expect(fixture.take()).toMatchObject([
      { to: 'n2.leader', message: { kind: 'transferLeadership', term: 3, target: 'n3' } },
    ]);
    fixture.leads('n3', 4);
    expect(fixture.answers()).toEqual([{ kind: 'transferred', leader: 'n3' }]);
  });

  test('to whoever leads is done', () => {
    fixture.transfer(1, 'n2');
    expect(fixture.answers()).toEqual([{ kind: 'transferred', leader: 'n2' }]);
  });

  test('to anyone is done when another one leads', () => {
    fixture.transfer(1, null);
    expect(fixture.takeOne('transferLeadership')).toMatchObject({ target: null });
    fixture.leads(null, 4);
    expect(fixture.answers()).toEqual([]);
    fixture.leads('n1', 4);
    expect(fixture.answers()).toEqual([{ kind: 'transferred', leader: 'n1' }]);
  });

  test('to anyone is not done when the same one leads again: it is asked in its new term', () => {
    fixture.transfer(1, null);
    fixture.take();
    fixture.leads('n2', 5);
    expect(fixture.take()).toMatchObject([{ to: 'n2.leader', message: { kind: 'transferLeadership', term: 5 } }]);
  });

  test('to a node is not done when a third one leads: that one is asked', () => {
    fixture.transfer(1, 'n3');
    fixture.take();
    fixture.leads('n1', 4);
    expect(fixture.take()).toMatchObject([
      { to: 'n1.leader', message: { kind: 'transferLeadership', term: 4, target: 'n3' } },
    ]);
  });

  test('is asked for again with the same sequence, so that the answer to the first question is one to it', () => {
    fixture.transfer(1, 'n3');
    const { sequence } = fixture.takeOne('transferLeadership');
    fixture.elapse(askAgainMs);
    expect(fixture.takeAll('transferLeadership')).toMatchObject([{ sequence }]);
    fixture.transferReply(sequence, 'TransferTimedOut');
    expect(fixture.answers()).toEqual([{ kind: 'rejected', code: 'TransferTimedOut', message: 'refused' }]);
  });

  test.each<[string, (sequence: number) => void]>([
    ['to an earlier incarnation', (sequence) => fixture.transferReply(sequence, 'NotAVoter', 3)],
    ['to a sequence that is not open', (sequence) => fixture.transferReply(sequence + 1, 'NotAVoter')],
  ])('is not answered by a reply %s', (_, reply) => {
    fixture.transfer(1, 'n3');
    reply(Number(fixture.takeOne('transferLeadership').sequence));
    expect(fixture.answers()).toEqual([]);
  });

  test('is not answered by what an earlier leader refused, when the next one is asked', () => {
    fixture.transfer(1, 'n3');
    const { sequence } = fixture.takeOne('transferLeadership');
    fixture.leads('n1', 4);
    fixture.transferReply(sequence, 'NotCaughtUp');
    expect(fixture.answers()).toEqual([]);
  });

  test('holds what is written meanwhile back until another leads: proposed now it might reach a leader that is gone', () => {
    fixture.transfer(1, null);
    fixture.take();
    fixture.write(2);
    fixture.elapse(5 * askAgainMs);
    expect(fixture.takeAll('propose')).toEqual([]);
    fixture.leads('n1', 4);
    expect(fixture.takeAll('propose')).toMatchObject([{ term: 4, command: bytes('w2') }]);
  });

  test('holds it back until the leader says that it stays', () => {
    fixture.transfer(1, 'n3');
    const { sequence } = fixture.takeOne('transferLeadership');
    fixture.write(2);
    fixture.transferReply(sequence, 'MemberSilent');
    fixture.elapse(askAgainMs / 2);
    expect(fixture.takeAll('propose')).toMatchObject([{ term: 3, command: bytes('w2') }]);
  });

  test('holds it back also when another that was asked for is refused', () => {
    fixture.transfer(1, null);
    fixture.take();
    fixture.transfer(2, 'n3');
    const { sequence } = fixture.takeOne('transferLeadership');
    fixture.write(3);
    fixture.transferReply(sequence, 'TransferInProgress');
    fixture.elapse(askAgainMs / 2);
    expect(fixture.takeAll('propose')).toEqual([]);
  });

  test('without a leader waits for one; until its deadline: Timeout', () => {
    fixture.leads(null, 4);
    fixture.transfer(1, 'n3');
    expect(fixture.take()).toEqual([]);
    fixture.leads('n1', 5);
    expect(fixture.takeAll('transferLeadership')).toHaveLength(1);
    fixture.elapse(timeoutMs + 50);
    expect(fixture.answers()).toMatchObject([{ code: 'Timeout' }]);
  });
});
