import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRaftSettings, logIndex, type ReadTracer } from '../src/index.ts';
import { bytes } from './support/entries.ts';
import { momentAt } from './support/fake-context.ts';
import { askAgainMs, GatewayFixture, timeoutMs } from './support/gateway-fixture.ts';

let fixture: GatewayFixture;

beforeEach(() => {
  fixture = new GatewayFixture();
  fixture.leads('n2', 3);
});

const questions = (): Readonly<Record<string, unknown>>[] => fixture.takeAll('readIndex');
const prove = (asOfMs: number, readIndex: number): void =>
  fixture.receive({ kind: 'proven', asOf: momentAt(asOfMs), readIndex: logIndex(readIndex) });
const notYet = (request: number, revision: number, isFinal: boolean): void =>
  fixture.receive({ kind: 'queryNotYet', request, isFinal, revision });

describe('many reads share one question to the leader', () => {
  test('those that come while it is open share the next, which is asked when the answer is here', () => {
    for (const request of [1, 2, 3]) fixture.read(request);
    const [first, ...others] = questions();
    expect(others).toEqual([]);
    fixture.readIndexReply(first?.sequence, 7);
    const sent = fixture.take().map(({ message }) => message);
    expect(sent.filter(({ kind }) => kind === 'query')).toMatchObject([{ request: 1, atIndex: 7 }]);
    const [second] = sent.filter(({ kind }) => kind === 'readIndex');
    fixture.readIndexReply(second?.sequence, 9);
    expect(fixture.takeAll('query')).toMatchObject([
      { request: 2, atIndex: 9 },
      { request: 3, atIndex: 9 },
    ]);
  });

  test('a question without an answer is asked again for all, and the first answer may still come: it is for those that it was asked for', () => {
    fixture.read(1);
    const [first] = questions();
    fixture.read(2);
    fixture.elapse(askAgainMs);
    const [again] = questions();
    expect(again?.sequence).not.toBe(first?.sequence);
    fixture.readIndexReply(first?.sequence, 7);
    expect(fixture.takeAll('query')).toMatchObject([{ request: 1, atIndex: 7 }]);
    fixture.readIndexReply(again?.sequence, 9);
    expect(fixture.takeAll('query')).toMatchObject([{ request: 2, atIndex: 9 }]);
  });

  test('an answer that comes twice releases nothing that came since', () => {
    fixture.read(1);
    const [first] = questions();
    fixture.readIndexReply(first?.sequence, 7);
    fixture.read(2);
    fixture.take();
    fixture.readIndexReply(first?.sequence, 7);
    expect(fixture.takeAll('query')).toEqual([]);
  });

  test('a read that has ended at its deadline is asked for no more', () => {
    fixture.read(1);
    fixture.elapse(timeoutMs + 50);
    fixture.take();
    fixture.elapse(askAgainMs);
    fixture.read(2);
    fixture.take();
    fixture.elapse(timeoutMs - 100);
    const [newest] = questions().reverse();
    fixture.readIndexReply(newest?.sequence, 7);
    expect(fixture.takeAll('query')).toMatchObject([{ request: 2 }]);
  });
});

describe('a readIndex read', () => {
  test('has a quorum asked, and shares no question with those that need none', () => {
    fixture.read(1, 'readIndex');
    fixture.read(2);
    fixture.read(3, 'readIndex');
    const [confirmed, leased, ...others] = questions();
    expect(others).toEqual([]);
    expect([confirmed?.mayUseLease, leased?.mayUseLease]).toEqual([false, true]);
    fixture.readIndexReply(leased?.sequence, 5);
    expect(fixture.takeAll('query')).toMatchObject([{ request: 2 }]);
    fixture.readIndexReply(confirmed?.sequence, 6);
    const sent = fixture.take().map(({ message }) => message);
    expect(sent.filter(({ kind }) => kind === 'query')).toMatchObject([{ request: 1 }]);
    expect(sent.filter(({ kind }) => kind === 'readIndex')).toMatchObject([{ mayUseLease: false }]);
  });
});

describe('a bounded read', () => {
  test('is answered by this node alone, from the index of a proof that is new enough', () => {
    fixture.context.nowMs = 10_000;
    prove(9_950, 7);
    fixture.read(1, 'bounded', { maxStalenessMs: 60 });
    expect(fixture.take()).toMatchObject([{ to: 'n1.applier', message: { kind: 'query', request: 1, atIndex: 7 } }]);
  });

  test('has the leader asked if the proof is too old, by a clock that may run too slowly', () => {
    fixture.context.nowMs = 10_000;
    prove(9_950, 7);
    // By a clock that lags a tenth behind 50 ms may have been more than 55.
    fixture.read(1, 'bounded', { maxStalenessMs: 55 });
    const [question] = questions();
    expect(question).toMatchObject({ mayUseLease: true });
    fixture.readIndexReply(question?.sequence, 9);
    expect(fixture.takeAll('query')).toMatchObject([{ request: 1, atIndex: 9 }]);
  });

  test('the answer to any question proves it for those to come, from when it was asked', () => {
    fixture.context.nowMs = 10_000;
    fixture.read(1);
    const [question] = questions();
    fixture.elapse(40);
    fixture.readIndexReply(question?.sequence, 9);
    fixture.take();
    fixture.read(2, 'bounded', { maxStalenessMs: 50 });
    expect(fixture.takeAll('query')).toMatchObject([{ request: 2, atIndex: 9 }]);
    fixture.elapse(8);
    fixture.take();
    // 48 ms since the question, and 8 since the answer.
    fixture.read(3, 'bounded', { maxStalenessMs: 50 });
    expect(fixture.takeAll('query')).toEqual([]);
  });

  test('is answered when a proof comes, though the leader does not answer', () => {
    fixture.context.nowMs = 10_000;
    fixture.read(1, 'bounded', { maxStalenessMs: 50 });
    fixture.elapse(30);
    fixture.take();
    prove(10_020, 8);
    expect(fixture.takeAll('query')).toMatchObject([{ request: 1, atIndex: 8 }]);
    fixture.elapse(10);
    expect(questions()).toEqual([]);
  });

  test('says how old the state is at best if nothing proves it in time', () => {
    fixture.leads(null, 4);
    fixture.read(1, 'bounded', { maxStalenessMs: 50 });
    fixture.elapse(timeoutMs + 50);
    expect(fixture.answers()).toEqual([{ kind: 'tooStale', stalenessMs: null }]);
    const { nowMs } = fixture.context;
    prove(nowMs - 100, 7);
    fixture.read(2, 'bounded', { maxStalenessMs: 50 });
    fixture.elapse(timeoutMs + 50);
    const [{ stalenessMs }] = fixture.answers() as { stalenessMs: number }[] & [{ stalenessMs: number }];
    expect(stalenessMs).toBeGreaterThanOrEqual((timeoutMs + 100) / (1 - defaultRaftSettings.maxClockDrift));
  });
});

describe('a read that wants a revision', () => {
  test.each(['local', 'bounded'] as const)('%s: is answered by this node alone if it is there', (consistency) => {
    fixture.context.nowMs = 10_000;
    prove(9_999, 7);
    fixture.read(1, consistency, { ...(consistency === 'bounded' ? { maxStalenessMs: 60 } : {}), minRevision: 4 });
    expect(fixture.take()).toMatchObject([
      { to: 'n1.applier', message: { kind: 'query', minRevision: 4, isFinal: false } },
    ]);
    fixture.receive({ kind: 'queryAnswer', request: 1, answer: bytes('a') });
    expect(fixture.answers()).toEqual([{ kind: 'answer', answer: bytes('a') }]);
  });

  test('local: else the leader is asked how far there is to wait', () => {
    fixture.read(1, 'local', { minRevision: 4 });
    fixture.take();
    notYet(1, 2, false);
    const [question] = questions();
    fixture.readIndexReply(question?.sequence, 9);
    expect(fixture.takeOne('query')).toMatchObject({ request: 1, atIndex: 9, minRevision: 4, isFinal: true });
    notYet(1, 3, true);
    expect(fixture.answers()).toEqual([{ kind: 'revisionMissing', code: 'RevisionNotWritten', revision: 3 }]);
  });

  test('a late word of the state before does not settle it', () => {
    fixture.read(1, 'local', { minRevision: 4 });
    fixture.take();
    notYet(1, 2, false);
    fixture.readIndexReply(questions()[0]?.sequence, 9);
    notYet(1, 2, false);
    expect(fixture.answers()).toEqual([]);
  });

  test('local: without a leader it waits, and says at its deadline what is reached', () => {
    fixture.leads(null, 4);
    fixture.read(1, 'local', { minRevision: 4 });
    notYet(1, 2, false);
    fixture.elapse(askAgainMs);
    notYet(1, 3, false);
    fixture.elapse(timeoutMs);
    expect(fixture.answers()).toEqual([{ kind: 'revisionMissing', code: 'NotYetApplied', revision: 3 }]);
  });

  test.each(['linearizable', 'readIndex'] as const)(
    '%s: is not written if it is not there at the leader’s index',
    (consistency) => {
      fixture.read(1, consistency, { minRevision: 4 });
      fixture.readIndexReply(questions()[0]?.sequence, 9);
      expect(fixture.takeOne('query')).toMatchObject({ atIndex: 9, minRevision: 4, isFinal: true });
      notYet(1, 3, true);
      expect(fixture.answers()).toEqual([{ kind: 'revisionMissing', code: 'RevisionNotWritten', revision: 3 }]);
    },
  );
});

describe('reads are traced', () => {
  const notes: unknown[][] = [];
  beforeEach(() => {
    notes.length = 0;
    let count = 0;
    const readTracer: ReadTracer = {
      start: (consistency, parent) => {
        count += 1;
        const name = `${count} ${consistency}`;
        notes.push([name, 'begins', parent]);
        return {
          traceparent: parent === null ? null : `00-own${count}-01`,
          indexKnown: (source) => void notes.push([name, source]),
          queried: () => void notes.push([name, 'queried']),
          end: (outcome) => void notes.push([name, outcome]),
        };
      },
    };
    fixture = new GatewayFixture({}, { readTracer });
    fixture.leads('n2', 3);
  });
  const answered = (request: number): void => fixture.receive({ kind: 'queryAnswer', request, answer: bytes('a') });

  test.each([
    ['linearizable', true, 'lease'],
    ['linearizable', false, 'round'],
    ['readIndex', false, 'round'],
  ] as const)('%s, from the question to the leader to the answer', (consistency, isLeased, source) => {
    fixture.read(1, consistency, { traceparent: '00-caller-01' });
    const [question] = questions();
    expect(question).toMatchObject({ traceparent: '00-own1-01' });
    fixture.readIndexReply(question?.sequence, 7, undefined, isLeased ? { isLeased } : {});
    answered(1);
    const name = `1 ${consistency}`;
    expect(notes).toEqual([
      [name, 'begins', '00-caller-01'],
      [name, source],
      [name, 'queried'],
      [name, 'ok'],
    ]);
  });

  test('bounded by a proof, and local, without a question', () => {
    prove(fixture.context.nowMs, 7);
    fixture.read(1, 'bounded', { maxStalenessMs: 1_000 });
    answered(1);
    fixture.read(2, 'local');
    answered(2);
    expect(questions()).toEqual([]);
    expect(notes.map(([, what]) => what)).toEqual([
      ...['begins', 'proof', 'queried', 'ok'],
      ...['begins', 'local', 'queried', 'ok'],
    ]);
  });

  test('a question is in the trace of the first sampled read that it is asked for, and in none without one', () => {
    fixture.read(1);
    const [first] = questions();
    expect(first).not.toHaveProperty('traceparent');
    fixture.read(2);
    fixture.read(3, 'linearizable', { traceparent: '00-caller-01' });
    fixture.read(4, 'linearizable', { traceparent: '00-caller-01' });
    fixture.readIndexReply(first?.sequence, 7);
    const [second] = questions();
    expect(second).toMatchObject({ traceparent: '00-own3-01' });
    fixture.read(5);
    fixture.readIndexReply(second?.sequence, 8);
    expect(questions()).toEqual([expect.not.objectContaining({ traceparent: expect.anything() })]);
  });

  test('one that fails says how', () => {
    fixture.read(1, 'readIndex');
    fixture.elapse(timeoutMs + askAgainMs);
    expect(notes.at(-1)).toEqual(['1 readIndex', 'Timeout']);
    fixture.read(2, 'bounded', { maxStalenessMs: 0 });
    fixture.elapse(timeoutMs + askAgainMs);
    expect(notes.at(-1)).toEqual(['2 bounded', 'TooStale']);
  });
});
