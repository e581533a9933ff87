import { beforeEach, describe, expect, test } from 'vitest';
import { logIndex, type StatusPart, term } from '../src/index.ts';
import { bytes, entriesOf, votersOf } from './support/entries.ts';
import { applied, askAgainMs, GatewayFixture, timeoutMs } from './support/gateway-fixture.ts';

let fixture: GatewayFixture;

beforeEach(() => {
  fixture = new GatewayFixture();
});

describe('a read', () => {
  test('asks the leader from which index on, then the applier of this node', () => {
    fixture.leads('n2', 3);
    fixture.read(1);
    const [ask] = fixture.take();
    expect(ask).toMatchObject({ to: 'n2.leader', message: { kind: 'readIndex', term: 3 } });
    fixture.readIndexReply(ask?.message.sequence, 7);
    expect(fixture.take()).toMatchObject([
      { to: 'n1.applier', message: { kind: 'query', request: 1, atIndex: 7, query: bytes('q') } },
    ]);
    fixture.receive({ kind: 'queryAnswer', request: 1, answer: bytes('a') });
    expect(fixture.answers()).toEqual([{ kind: 'answer', answer: bytes('a') }]);
  });

  test('is asked again of the next leader: it changes nothing', () => {
    fixture.leads('n2', 3);
    fixture.read(1);
    const { sequence } = fixture.takeOne('readIndex');
    fixture.leads('n3', 4);
    const [again] = fixture.take();
    expect(again).toMatchObject({ to: 'n3.leader', message: { kind: 'readIndex', term: 4 } });
    fixture.readIndexReply(sequence, 7);
    expect(fixture.take()).toEqual([]);
    fixture.readIndexReply(again?.message.sequence, 8);
    expect(fixture.takeOne('query')).toMatchObject({ atIndex: 8 });
  });

  test('is asked again as another one when no answer comes, or one that names no index', () => {
    fixture.leads('n2', 3);
    fixture.read(1);
    const { sequence } = fixture.takeOne('readIndex');
    fixture.readIndexReply(sequence, null);
    fixture.elapse(askAgainMs);
    const [again] = fixture.takeAll('readIndex');
    expect(again?.sequence).not.toBe(sequence);
  });

  test('is not released by an answer to an earlier incarnation', () => {
    fixture.leads('n2', 3);
    fixture.read(1);
    fixture.readIndexReply(fixture.takeOne('readIndex').sequence, 7, 3);
    expect(fixture.takeAll('query')).toEqual([]);
  });

  test('asks the applier again when its answer is lost', () => {
    fixture.leads('n2', 3);
    fixture.read(1);
    fixture.readIndexReply(fixture.takeOne('readIndex').sequence, 7);
    fixture.take();
    fixture.elapse(askAgainMs);
    expect(fixture.takeAll('query').length).toBeGreaterThan(0);
  });

  test('ends at its deadline, and the applier need not wait', () => {
    fixture.leads('n2', 3);
    fixture.read(1);
    fixture.readIndexReply(fixture.takeOne('readIndex').sequence, 7);
    fixture.elapse(timeoutMs + 50);
    const sent = fixture.take();
    expect(sent.filter(({ message }) => message.kind === 'forget')).toMatchObject([
      { to: 'n1.applier', message: { request: 1 } },
    ]);
    expect(sent.at(-1)?.message).toMatchObject({ answer: { kind: 'error', code: 'Timeout' } });
  });

  test('without a leader until its deadline: NoLeader', () => {
    fixture.read(1);
    fixture.elapse(timeoutMs + 50);
    expect(fixture.answers()).toMatchObject([{ code: 'NoLeader' }]);
  });
});

describe('a local read', () => {
  test.each([
    ['nobody leads', () => {}],
    ['another node leads', () => fixture.leads('n2', 3)],
    ['this node leads', () => fixture.leads('n1', 3)],
  ])('is answered from what this node has applied, at once and by itself, where %s', (_, before) => {
    before();
    fixture.take();
    fixture.read(1, 'local');
    expect(fixture.take()).toMatchObject([
      { to: 'n1.applier', message: { kind: 'query', request: 1, atIndex: 0, query: bytes('q') } },
    ]);
    fixture.receive({ kind: 'queryAnswer', request: 1, answer: bytes('a') });
    expect(fixture.answers()).toEqual([{ kind: 'answer', answer: bytes('a') }]);
  });

  test('is asked of the applier again when its answer is lost, whoever leads meanwhile', () => {
    fixture.read(1, 'local');
    fixture.take();
    fixture.leads('n2', 3);
    fixture.elapse(askAgainMs);
    const sent = fixture.take().map(({ to, message }) => `${message.kind} to ${to}`);
    expect(sent).toContain('query to n1.applier');
    expect(sent.filter((one) => one.startsWith('readIndex'))).toEqual([]);
  });

  test('that the applier does not answer in time is a Timeout, and not the want of a leader', () => {
    fixture.read(1, 'local');
    fixture.elapse(timeoutMs + 50);
    const sent = fixture.take();
    expect(sent.filter(({ message }) => message.kind === 'forget')).toMatchObject([{ message: { request: 1 } }]);
    expect(sent.at(-1)?.message).toMatchObject({ answer: { kind: 'error', code: 'Timeout' } });
  });
});

describe('who leads', () => {
  test('is asked also while a leader is known that does not answer: the notice of its successor may be lost', () => {
    fixture.leads('n2', 3);
    fixture.write(1);
    fixture.take();
    fixture.elapse(askAgainMs);
    expect(fixture.takeAll('whoLeads').length).toBeGreaterThan(0);
  });

  test('is not asked while answers come', () => {
    fixture.leads('n2', 3);
    for (let request = 1; request < 20; request += 1) {
      fixture.write(request);
      const { sequence } = fixture.takeOne('propose');
      fixture.elapse(40);
      expect(fixture.takeAll('whoLeads')).toEqual([]);
      fixture.proposeReply(sequence, 3, applied);
    }
  });

  test('is not forgotten for a notice of an earlier term', () => {
    fixture.leads('n2', 3);
    fixture.leads('n3', 2);
    fixture.write(1);
    expect(fixture.take()).toMatchObject([{ to: 'n2.leader' }]);
  });

  test('a leader that is lost within its term is asked no more', () => {
    fixture.leads('n2', 3);
    fixture.leads(null, 3);
    fixture.write(1);
    expect(fixture.takeAll('propose')).toEqual([]);
  });
});

describe('what this node knows by itself', () => {
  test('a page of committed entries comes from its log store', () => {
    fixture.receive({
      kind: 'readEntries',
      request: 1,
      fromIndex: logIndex(2),
      maxEntries: 5,
      maxBytes: 100,
      timeoutMs,
    });
    expect(fixture.take()).toMatchObject([
      { to: 'n1.logStore', message: { kind: 'readCommitted', reader: 'gateway', request: 1, fromIndex: 2 } },
    ]);
    const page = { entries: entriesOf([1], 2), firstIndex: logIndex(1), commitIndex: logIndex(2) };
    fixture.receive({ kind: 'committedEntries', request: 1, ...page });
    expect(fixture.answers()).toMatchObject([{ kind: 'entries', ...page }]);
  });

  const election = (role: 'leader' | 'follower'): StatusPart => ({
    actor: 'election',
    role,
    term: term(3),
    leader: null,
  });
  const indexes = {
    commitIndex: logIndex(1),
    firstIndex: logIndex(1),
    lastLogIndex: logIndex(1),
    durableIndex: logIndex(1),
    damage: null,
  };
  const logStore: StatusPart = { actor: 'logStore', ...indexes, configuration: votersOf('n1') };
  const applier: StatusPart = { actor: 'applier', lastApplied: logIndex(1) };
  const leader: StatusPart = {
    actor: 'leader',
    clock: null,
    lease: { isValid: false, fallbacks: 0 },
    load: { uncommittedBytes: 0, refused: 0 },
    peers: [],
  };

  test.each([
    ['a follower', [election('follower'), logStore, applier]],
    ['a leader', [election('leader'), logStore, applier, leader]],
  ])('the status of %s is complete when each of its actors has told its part', (_, parts) => {
    fixture.receive({ kind: 'readStatus', request: 1, timeoutMs });
    for (const part of parts) {
      expect(fixture.answers()).toEqual([]);
      fixture.receive({ kind: 'described', request: 1, part });
    }
    expect(fixture.answers()).toEqual([{ kind: 'status', parts }]);
  });

  test('a status that is not complete at its deadline is what there is', () => {
    fixture.receive({ kind: 'readStatus', request: 1, timeoutMs });
    fixture.receive({ kind: 'described', request: 1, part: applier });
    fixture.elapse(timeoutMs + 50);
    expect(fixture.answers()).toEqual([{ kind: 'status', parts: [applier] }]);
  });
});
