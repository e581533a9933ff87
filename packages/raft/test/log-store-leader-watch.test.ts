import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRaftSettings as settings } from '../src/index.ts';
import { type Sent, senderOf } from './support/fake-context.ts';
import { LogStoreFixture } from './support/log-store-fixture.ts';

const { electionTimeoutMinMs: minMs, electionTimeoutMaxMs: maxMs } = settings;

let store: LogStoreFixture;

beforeEach(() => {
  store = new LogStoreFixture({ currentTerm: 4, log: [4] });
});

/** Time passes, and the log store's own timers are obeyed. What it sent meanwhile. */
function pass(forMs: number): Sent[] {
  store.context.elapse(store.actor, forMs);
  return store.take();
}

/** The leader n3 is heard, over and over, so far apart. */
function hear(times: number, gapMs: number): void {
  for (let beat = 0; beat < times; beat += 1) {
    pass(gapMs);
    store.append({ term: 4, prev: [1, 4] }, senderOf('n3'));
  }
  store.take();
}

const probes = (sent: readonly Sent[]): unknown[] =>
  sent.filter(({ message }) => message.kind === 'leaderProbe').map(({ to, message }) => [to, message.probe]);

/** The bus says that nobody was there to hear that probe. */
const nobodyListens = (probe: number, leader = 'n3'): void =>
  store.receive({ kind: 'noResponders', leader: senderOf(leader).node, probe });

/** Whether n2 would have this node's pre-vote now. */
function wouldVote(): boolean {
  store.take();
  store.requestVote({ term: 5, last: [1, 4], pre: true });
  return store.takeOne('requestPreVoteReply').voteGranted === true;
}

describe('a leader that is silent for longer than usual', () => {
  test('is probed: after three usual gaps', () => {
    hear(10, 20);
    // Gaps were longer once, and that is forgotten little by little.
    expect(probes(pass(60))).toEqual([]);
    hear(100, 20);
    expect(probes(pass(59))).toEqual([]);
    expect(probes(pass(3))).toEqual([['n3.leader', expect.any(Number)]]);
  });

  test('but not before 10 ms: under load there are no gaps to speak of', () => {
    hear(300, 1);
    expect(probes(pass(9))).toEqual([]);
    expect(probes(pass(2))).toHaveLength(1);
  });

  test('no gap is usual that is longer than a heartbeat interval', () => {
    hear(3, 140);
    expect(probes(pass(minMs - 1))).toEqual([]);
    expect(probes(pass(2))).toHaveLength(1);
  });

  test('is probed again, as the bus may not know yet or its answer be lost, ever less often, and not without end', () => {
    hear(300, 1);
    const atFirst = probes(pass(100)).length;
    expect(atFirst).toBeGreaterThan(5);
    expect(probes(pass(100)).length).toBeLessThan(atFirst);
    expect(probes(pass(2 * maxMs)).length).toBeLessThan(10);
    expect(probes(pass(100 * maxMs))).toEqual([]);
  });

  test('is probed as soon though it was held up once', () => {
    hear(300, 1);
    hear(1, 40);
    hear(20, 1);
    expect(probes(pass(15))).not.toEqual([]);
  });

  test('is not probed any more when it is heard', () => {
    hear(300, 1);
    pass(15);
    hear(1, 1);
    expect(probes(pass(9))).toEqual([]);
  });

  test('is not probed while this node is new on the bus', () => {
    hear(10, 20);
    store.receive({ kind: 'busConnected' });
    expect(probes(pass(maxMs - 1))).toEqual([]);
    expect(probes(pass(minMs))).not.toEqual([]);
  });

  test('is not this node itself', () => {
    const own = new LogStoreFixture();
    own.lead();
    own.context.elapse(own.actor, 10 * maxMs);
    expect(probes(own.take())).toEqual([]);
  });
});

describe('evidence', () => {
  /** A probe has gone out: its number. */
  function probed(): number {
    hear(300, 1);
    const [[, probe] = []] = probes(pass(12)) as unknown[][];
    return Number(probe);
  }

  test('waives the soft promise, for pre-votes and votes and the own campaign, and is told to the election', () => {
    const probe = probed();
    expect(wouldVote()).toBe(false);
    nobodyListens(probe);
    expect(store.takeOne('leaderGone')).toMatchObject({ term: 4, leader: 'n3' });
    expect(wouldVote()).toBe(true);
    store.requestVote({ term: 5, last: [1, 4] });
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: true });
  });

  test('lets this node campaign', () => {
    nobodyListens(probed());
    store.receive({ kind: 'campaign', attempt: 1, fromTerm: store.storage.hardState.currentTerm, isTransfer: false });
    expect(store.takeAll('campaigned')).toHaveLength(1);
  });

  test('is told once', () => {
    const probe = probed();
    nobodyListens(probe);
    nobodyListens(probe);
    expect(store.takeAll('leaderGone')).toHaveLength(1);
  });

  test('ends when that leader is heard again', () => {
    nobodyListens(probed());
    hear(1, 1);
    expect(wouldVote()).toBe(false);
  });

  test('of a silence that is over counts for nothing, however late it comes', () => {
    const probe = probed();
    hear(1, 1);
    nobodyListens(probe);
    expect(store.takeAll('leaderGone')).toEqual([]);
    expect(wouldVote()).toBe(false);
    pass(12);
    nobodyListens(probe);
    expect(wouldVote()).toBe(false);
  });

  test('against an earlier leader is none against this one', () => {
    const probe = probed();
    store.append({ term: 5, prev: [1, 4] }, senderOf('n2'));
    pass(1);
    nobodyListens(probe);
    store.requestVote({ term: 6, last: [1, 4], pre: true }, senderOf('n3'));
    expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted: false });
  });

  test('of a probe that was never sent is none', () => {
    nobodyListens(probed() + 1);
    expect(wouldVote()).toBe(false);
  });

  test('does not count while this node is new on the bus', () => {
    const probe = probed();
    store.receive({ kind: 'busConnected' });
    nobodyListens(probe);
    expect(wouldVote()).toBe(false);
  });

  test('does not count for so long as the leader says that is, though it was heard only after that', () => {
    store.receive({ kind: 'busConnected' });
    const timeouts = { electionTimeoutMinMs: 4 * minMs, electionTimeoutMaxMs: 4 * maxMs };
    pass(2 * maxMs);
    store.append({ term: 4, prev: [1, 4], timeouts }, senderOf('n3'));
    expect(probes(pass(maxMs))).toEqual([]);
    expect(probes(pass(2 * maxMs))).not.toEqual([]);
  });

  test('from before this node lost the bus is void', () => {
    nobodyListens(probed());
    store.receive({ kind: 'busConnected' });
    expect(wouldVote()).toBe(false);
  });

  test('does not waive the hard promise', () => {
    const promised = new LogStoreFixture({ currentTerm: 4, log: [4] });
    store = promised;
    for (let beat = 0; beat < 300; beat += 1) {
      pass(1);
      store.append({ term: 4, prev: [1, 4], leaseMs: 50 }, senderOf('n3'));
    }
    store.take();
    const [[, probe] = []] = probes(pass(12)) as unknown[][];
    nobodyListens(Number(probe));
    // The election is told when that is over.
    expect(Number(store.takeOne('leaderGone').afterMs)).toBeGreaterThanOrEqual(50 - 12);
    expect(wouldVote()).toBe(false);
    pass(37);
    expect(wouldVote()).toBe(false);
    pass(2);
    expect(wouldVote()).toBe(true);
  });
});

describe('those who know that the leader is gone', () => {
  test.each([
    ['n3', 0],
    ['n2', 1],
  ])('campaign one after the other: after %s this node is in place %i', (leader, place) => {
    for (let beat = 0; beat < 300; beat += 1) {
      pass(1);
      store.append({ term: 4, prev: [1, 4] }, senderOf(leader));
    }
    store.take();
    const [[, probe] = []] = probes(pass(12)) as unknown[][];
    nobodyListens(Number(probe), leader);
    expect(store.takeOne('leaderGone')).toMatchObject({ leader, afterMs: (place * minMs) / 6 });
  });
});

describe('a voter that is asked for a pre-vote while it protects its leader', () => {
  const ask = (candidate = 'n2', last: readonly [number, number] = [1, 4]): void =>
    store.requestVote({ term: 5, last, pre: true }, senderOf(candidate));
  const answers = (): unknown[] =>
    store
      .take()
      .flatMap(({ to, message }) => (message.kind === 'requestPreVoteReply' ? [[to, message.voteGranted]] : []));

  beforeEach(() => hear(10, 20));

  test('probes for itself, and answers again when its evidence is there', () => {
    pass(5);
    ask();
    const sent = store.take();
    expect(sent.find(({ message }) => message.kind === 'requestPreVoteReply')?.message.voteGranted).toBe(false);
    const [[, probe] = []] = probes(sent) as unknown[][];
    nobodyListens(Number(probe));
    expect(answers()).toEqual([['n2.election', true]]);
  });

  test('answers as things stand then', () => {
    ask();
    const [[, probe] = []] = probes(store.take()) as unknown[][];
    store.requestVote({ term: 5, last: [1, 4], isTransfer: true });
    store.take();
    nobodyListens(Number(probe));
    expect(answers()).toEqual([['n2.election', false]]);
  });

  test('does not answer again if the leader is heard first', () => {
    ask();
    const [[, probe] = []] = probes(store.take()) as unknown[][];
    hear(1, 1);
    nobodyListens(Number(probe));
    expect(answers()).toEqual([]);
  });

  test('has no reason to ask for the sake of a candidate that it would not vote for', () => {
    ask('n2', [0, 0]);
    expect(probes(store.take())).toEqual([]);
  });

  test('answers again when the hard promise is over', () => {
    store.append({ term: 4, prev: [1, 4], leaseMs: 50 }, senderOf('n3'));
    store.append({ term: 4, prev: [1, 4], leaseMs: 50 }, senderOf('n3'));
    store.take();
    pass(20);
    ask();
    const [[, probe] = []] = probes(store.take()) as unknown[][];
    nobodyListens(Number(probe));
    store.context.elapse(store.actor, 29);
    expect(answers()).toEqual([]);
    store.context.elapse(store.actor, 2);
    expect(answers()).toEqual([['n2.election', true]]);
  });
});
