import { beforeEach, describe, expect, test } from 'vitest';
import { bytes } from './support/entries.ts';
import { applied, askAgainMs, GatewayFixture, refused, timeoutMs } from './support/gateway-fixture.ts';

let fixture: GatewayFixture;

beforeEach(() => {
  fixture = new GatewayFixture();
});

describe('a write', () => {
  test('goes to the leader of the known term, and its caller gets what became of it', () => {
    fixture.leads('n2', 3);
    fixture.write(1);
    const [sent] = fixture.take();
    expect(sent).toMatchObject({ to: 'n2.leader', message: { kind: 'propose', term: 3, command: bytes('w1') } });
    fixture.proposeReply(sent?.message.sequence, 3, applied);
    expect(fixture.takeOne('answered')).toMatchObject({
      request: 1,
      leader: 'n2',
      answer: { kind: 'result', index: 9 },
    });
  });

  test('without a leader waits for one, and asks who leads', () => {
    fixture.write(1);
    fixture.elapse(50);
    expect(fixture.takeAll('whoLeads').length).toBeGreaterThan(0);
    fixture.leads('n3', 2);
    expect(fixture.take()).toMatchObject([{ to: 'n3.leader', message: { kind: 'propose', term: 2 } }]);
  });

  test('without a leader until its deadline was not made: NoLeader', () => {
    fixture.write(1);
    fixture.elapse(timeoutMs - 50);
    expect(fixture.answers()).toEqual([]);
    fixture.elapse(100);
    expect(fixture.answers()).toMatchObject([{ kind: 'error', code: 'NoLeader' }]);
  });

  test('without an answer until its deadline may have been made: OutcomeUnknown', () => {
    fixture.leads('n2', 3);
    fixture.write(1);
    fixture.elapse(timeoutMs + 50);
    expect(fixture.answers()).toMatchObject([{ kind: 'error', code: 'OutcomeUnknown' }]);
  });

  test('that an overloaded leader refuses is Overloaded, and proposed to nobody else', () => {
    fixture.leads('n2', 3);
    fixture.write(1);
    fixture.proposeReply(fixture.takeOne('propose').sequence, 3, { kind: 'overloaded' });
    expect(fixture.answers()).toMatchObject([{ kind: 'error', code: 'Overloaded' }]);
    fixture.leads('n3', 4);
    expect(fixture.takeAll('propose')).toEqual([]);
  });

  test('on top of more than may wait for an answer is Overloaded, with or without a leader; the first may always, and reads', () => {
    fixture = new GatewayFixture({ maxUncommittedBytes: 100 });
    fixture.write(1);
    fixture.write(2);
    expect(fixture.answers()).toMatchObject([{ kind: 'error', code: 'Overloaded' }]);
    fixture.read(3);
    fixture.leads('n2', 3);
    const { sequence } = fixture.takeOne('propose');
    fixture.write(4);
    expect(fixture.answers()).toMatchObject([{ kind: 'error', code: 'Overloaded' }]);
    fixture.proposeReply(sequence, 3, applied);
    fixture.take();
    fixture.write(5);
    expect(fixture.takeAll('propose')).toHaveLength(1);
  });

  test('is asked for again with the same sequence: the leader takes each once', () => {
    fixture.leads('n2', 3);
    fixture.write(1);
    const { sequence } = fixture.takeOne('propose');
    fixture.elapse(askAgainMs);
    expect(fixture.takeAll('propose')).toMatchObject([{ sequence, term: 3 }]);
  });

  test('OutcomeUnknown when the leader changes after it was proposed; never proposed to another', () => {
    fixture.leads('n2', 3);
    fixture.write(1);
    fixture.take();
    fixture.leads('n3', 4);
    const sent = fixture.take();
    expect(sent.map(({ message }) => message.kind)).toEqual(['answered']);
    expect(sent[0]?.message).toMatchObject({ answer: { code: 'OutcomeUnknown' } });
  });

  test('that the leader could not say the outcome of is OutcomeUnknown', () => {
    fixture.leads('n2', 3);
    fixture.write(1);
    const { sequence } = fixture.takeOne('propose');
    fixture.proposeReply(sequence, 3, { kind: 'unknown', reason: 'stepped down' });
    expect(fixture.answers()).toMatchObject([{ code: 'OutcomeUnknown' }]);
  });

  test('that was refused is proposed to the next leader, as another one', () => {
    fixture.leads('n2', 3);
    fixture.write(1);
    const { sequence } = fixture.takeOne('propose');
    fixture.proposeReply(sequence, 3, refused);
    expect(fixture.answers()).toEqual([]);
    fixture.leads('n3', 4);
    const [again] = fixture.take();
    expect(again).toMatchObject({ to: 'n3.leader', message: { kind: 'propose', term: 4, command: bytes('w1') } });
    expect(again?.message.sequence).not.toBe(sequence);
    fixture.proposeReply(sequence, 3, refused);
    fixture.proposeReply(again?.message.sequence, 4, applied);
    expect(fixture.answers()).toMatchObject([{ kind: 'result' }]);
  });

  test('that was refused and found no other leader was not made: NoLeader', () => {
    fixture.leads('n2', 3);
    fixture.write(1);
    fixture.proposeReply(fixture.takeOne('propose').sequence, 3, refused);
    fixture.elapse(timeoutMs + 50);
    expect(fixture.answers()).toMatchObject([{ code: 'NoLeader' }]);
  });

  test('that was refused is not proposed to the same leader for a while, nor is any other: that leader may be about to go', () => {
    fixture.leads('n2', 3);
    fixture.write(1);
    fixture.proposeReply(fixture.takeOne('propose').sequence, 3, refused);
    fixture.leads('n2', 3);
    fixture.write(2);
    fixture.elapse(75);
    expect(fixture.takeAll('propose')).toEqual([]);
    fixture.elapse(50);
    expect(fixture.takeAll('propose').map(({ command }) => command)).toEqual([bytes('w1'), bytes('w2')]);
  });

  test('that a leader of an earlier term may have is not made again because the same node, in a later term, refuses it', () => {
    fixture.leads('n2', 3);
    fixture.write(1);
    fixture.proposeReply(fixture.takeOne('propose').sequence, 5, refused);
    fixture.elapse(askAgainMs);
    expect(fixture.takeAll('propose')).toMatchObject([{ term: 3 }]);
    fixture.elapse(timeoutMs);
    expect(fixture.answers()).toMatchObject([{ code: 'OutcomeUnknown' }]);
  });

  test.each<[string, (sequence: number) => void]>([
    ['to an earlier incarnation', (sequence) => fixture.proposeReply(sequence, 3, applied, 3)],
    ['of another term', (sequence) => fixture.proposeReply(sequence, 2, applied)],
    ['to a sequence that is not open', (sequence) => fixture.proposeReply(sequence + 1, 3, applied)],
  ])('is not answered by a reply %s', (_, reply) => {
    fixture.leads('n2', 3);
    fixture.write(1);
    reply(Number(fixture.takeOne('propose').sequence));
    expect(fixture.answers()).toEqual([]);
  });

  test('names the lowest sequence that is still waited for', () => {
    fixture.leads('n2', 3);
    for (const request of [1, 2, 3]) fixture.write(request);
    const [first, second] = fixture.takeAll('propose');
    fixture.proposeReply(second?.sequence, 3, applied);
    fixture.write(4);
    expect(fixture.takeOne('propose')).toMatchObject({ floor: first?.sequence });
    fixture.proposeReply(first?.sequence, 3, applied);
    fixture.write(5);
    expect(Number(fixture.takeOne('propose').floor)).toBeGreaterThan(Number(second?.sequence));
  });
});

describe('a node that is no member any more', () => {
  const retire = (): void => fixture.receive({ kind: 'retire', reason: 'gone' });
  const gone = { kind: 'error', code: 'NoLeader', message: 'gone' };

  test('tells whoever waits for a leader that there is none, at once and from then on', () => {
    fixture.write(1);
    fixture.read(2);
    retire();
    expect(fixture.answers()).toEqual([gone, gone]);
    fixture.leads('n2', 3);
    fixture.write(3);
    expect(fixture.take().map(({ message }) => message)).toMatchObject([{ kind: 'answered', answer: gone }]);
  });

  test('answers what a leader has', () => {
    fixture.leads('n1', 3);
    fixture.write(1);
    fixture.write(2);
    const [one, other] = fixture.takeAll('propose');
    retire();
    expect(fixture.answers()).toEqual([]);
    fixture.proposeReply(one?.sequence, 3, applied);
    fixture.proposeReply(other?.sequence, 3, refused);
    expect(fixture.answers()).toMatchObject([{ kind: 'result' }, gone]);
  });
});

test('with nothing open no timer runs', () => {
  fixture.leads('n2', 3);
  fixture.write(1);
  fixture.proposeReply(fixture.takeOne('propose').sequence, 3, applied);
  fixture.elapse(1000);
  expect(fixture.context.timers.size).toBe(0);
});
