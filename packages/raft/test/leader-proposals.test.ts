import { beforeEach, describe, expect, test } from 'vitest';
import { type CommitSpan, InvariantViolated, logIndex, term } from '../src/index.ts';
import { bytes } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LeaderFixture, noopIndex, officeTerm } from './support/leader-fixture.ts';

let fixture: LeaderFixture;

beforeEach(() => {
  fixture = new LeaderFixture();
  fixture.lead();
});

const first = noopIndex + 1;

function applied(index: number, text: string, inTerm: number = officeTerm): void {
  const result = { index: logIndex(index), term: term(inTerm), result: bytes(text) };
  fixture.receive({ kind: 'applied', results: [result] });
}

/** The commands that the log store is asked to append. */
const appendedCommands = (): string[] =>
  fixture
    .takeAll('append')
    .flatMap(({ entries }) => (Array.isArray(entries) ? entries : []))
    .map(({ command }) => new TextDecoder().decode(command));

describe('a proposal', () => {
  test('leaders, 2: is appended, and answered when it is applied', () => {
    fixture.propose(4, 'a', senderOf('n3', { incarnation: 6 }));
    expect(fixture.takeOne('append')).toMatchObject({
      entries: [{ term: officeTerm, index: first, kind: 'command', command: bytes('a') }],
    });
    fixture.appended(first);
    applied(first, 'result');
    const outcome = { kind: 'applied', index: first, result: bytes('result') };
    const answer = { kind: 'proposeReply', term: officeTerm, incarnation: 6, sequence: 4, outcome };
    expect(fixture.take().filter(({ to }) => to === 'n3.gateway')).toEqual([{ to: 'n3.gateway', message: answer }]);
  });

  test('is taken once: a repeat is not appended again, and is answered when there is an answer', () => {
    fixture.propose(4, 'a');
    fixture.propose(4, 'a');
    expect(appendedCommands()).toEqual(['a']);
    fixture.appended(first);
    expect(appendedCommands()).toEqual([]);
    applied(first, 'result');
    fixture.take();
    fixture.propose(4, 'a');
    expect(fixture.takeAll('append')).toEqual([]);
    fixture.propose(4, 'a');
    expect(fixture.takeOne('proposeReply')).toMatchObject({ outcome: { kind: 'applied', index: first } });
  });

  test.each([
    ['node, which is another disk', senderOf('n3')],
    ['incarnation', senderOf('n2', { incarnation: 2 })],
    ['disk under the same name', senderOf('n2', { storageId: 'other' })],
  ])('is another one if it has the sequence of another %s', (_, from) => {
    fixture.propose(4, 'a');
    fixture.propose(4, 'b', from);
    fixture.appended(first);
    expect(appendedCommands()).toEqual(['a', 'b']);
  });

  test('below the floor of its gateway is taken no more: nobody waits for it', () => {
    fixture.propose(4, 'a');
    fixture.propose(7, 'b', senderOf('n2'), { floor: 6 });
    fixture.propose(5, 'late', senderOf('n2'), { floor: 5 });
    fixture.appended(first);
    fixture.appended(first + 1);
    expect(appendedCommands()).toEqual(['a', 'b']);
  });

  test('whose answer nobody waits for is forgotten, and still not taken again', () => {
    fixture.propose(4, 'a');
    fixture.appended(first);
    applied(first, 'result');
    fixture.propose(7, 'b', senderOf('n2'), { floor: 7 });
    fixture.take();
    fixture.propose(4, 'a');
    expect(fixture.take()).toEqual([]);
  });

  test('for another term is refused', () => {
    fixture.propose(4, 'a', senderOf('n2'), { inTerm: 2 });
    expect(fixture.take()).toMatchObject([
      { message: { kind: 'proposeReply', term: officeTerm, outcome: { kind: 'refused' } } },
    ]);
  });

  test('that comes while an append is under way shares the next', () => {
    for (const [at, text] of ['a', 'b', 'c'].entries()) fixture.propose(at + 1, text);
    expect(appendedCommands()).toEqual(['a']);
    fixture.appended(first);
    expect(appendedCommands()).toEqual(['b', 'c']);
  });

  test.each([
    ['entries', { maxBatchEntries: 2 }],
    ['bytes', { maxBatchBytes: 300 }],
  ])('shares it up to the limit in %s', (_, settings) => {
    fixture = new LeaderFixture({ settings });
    fixture.lead();
    for (let sequence = 1; sequence <= 6; sequence += 1) fixture.propose(sequence, `${sequence}`);
    expect(appendedCommands()).toEqual(['1']);
    fixture.appended(first);
    expect(appendedCommands()).toEqual(['2', '3']);
    fixture.appended(first + 2);
    expect(appendedCommands()).toEqual(['4', '5']);
  });

  test('of more than a batch’s bytes goes alone', () => {
    fixture = new LeaderFixture({ settings: { maxBatchBytes: 10 } });
    fixture.lead();
    fixture.propose(1, 'more than ten bytes');
    expect(appendedCommands()).toHaveLength(1);
  });
});

describe('proposals of a leader that loses office', () => {
  test('without a place in the log are refused: they may be proposed again; with one their outcome is unknown', () => {
    fixture.propose(1, 'placed');
    fixture.propose(2, 'waiting');
    fixture.take();
    fixture.receive({ kind: 'leadershipRefused', term: term(4) });
    expect(fixture.takeAll('proposeReply')).toMatchObject([
      { sequence: 2, outcome: { kind: 'refused' } },
      { sequence: 1, outcome: { kind: 'unknown' } },
    ]);
  });

  test('that it has answered are not answered otherwise', () => {
    fixture.propose(1, 'a');
    fixture.appended(first);
    applied(first, 'result');
    fixture.take();
    fixture.receive({ kind: 'leadershipRefused', term: term(4) });
    expect(fixture.takeAll('proposeReply')).toEqual([]);
  });

  test('are not answered with a later leader’s entry that stands in their place: it steps down', () => {
    fixture.propose(1, 'a');
    fixture.appended(first);
    fixture.take();
    applied(first, 'of another', officeTerm + 1);
    const sent = fixture.take().map(({ message }) => message);
    expect(sent).toMatchObject([
      { kind: 'proposeReply', outcome: { kind: 'unknown' } },
      { kind: 'leadershipLost', term: officeTerm + 1 },
    ]);
  });

  test('an entry of an earlier term behind the no-op was never committed by anyone: it fails', () => {
    expect(() => applied(first, 'of another', officeTerm - 1)).toThrow(InvariantViolated);
  });

  test('results of entries before its office are not its proposals’', () => {
    fixture.propose(1, 'a');
    fixture.appended(first);
    fixture.take();
    applied(noopIndex - 1, 'earlier', officeTerm - 1);
    expect(fixture.take()).toEqual([]);
  });
});

test('the span of a commit hears of its place, its quorum and its end', () => {
  const heard: string[] = [];
  const span: CommitSpan = {
    traceparent: '00-trace',
    appended: (index, inTerm) => heard.push(`appended ${index} ${inTerm}`),
    committed: () => heard.push('committed'),
    end: (outcome) => heard.push(outcome),
  };
  fixture = new LeaderFixture({ tracer: { start: () => span } });
  fixture.lead();
  fixture.propose(1, 'a');
  expect(fixture.takeOne('append')).toMatchObject({ entries: [{ fields: { traceparent: '00-trace' } }] });
  fixture.appended(first);
  fixture.durable(first);
  fixture.matched('n2', first);
  applied(first, 'result');
  expect(heard).toEqual([`appended ${first} ${officeTerm}`, 'committed', 'applied']);
});
