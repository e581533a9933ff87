import { describe, expect, it } from 'vitest';
import {
  type AttemptFailure,
  attemptTimeoutMs,
  decideRetry,
  type FailedRequest,
  noAttempts,
  nodeTimeoutMs,
  type RequestHistory,
  type RequestKind,
  type RetryDecision,
} from '../src/retry-rules.ts';

const refused = (code: string): AttemptFailure => ({ kind: 'refused', code });
const half = () => 0.5;

const decide = (request: Partial<FailedRequest>, failure: AttemptFailure, random: () => number = half): RetryDecision =>
  decideRetry(
    { kind: 'write', target: 'anyNode', history: noAttempts, remainingMs: 5_000, ...request },
    failure,
    random,
  );

const brief = (decision: RetryDecision): string =>
  decision.kind === 'retry' ? `retry after ${decision.delayMs}` : decision.code;

describe('what follows a failed attempt with time left', () => {
  // Of a read, of a write, and of a write of a session; sent to any node, to the known leader, and to the node that the caller named.
  const table: readonly [AttemptFailure, Record<RequestKind, readonly [string, string, string]>][] = [
    [{ kind: 'notSent' }, both('retry after 20', 'retry after 20', 'retry after 20')],
    [{ kind: 'noResponders' }, both('retry after 20', 'retry after 0', 'retry after 20')],
    [refused('NoLeader'), both('retry after 20', 'retry after 0', 'retry after 20')],
    [refused('Overloaded'), both('retry after 20', 'retry after 20', 'retry after 20')],
    [refused('Unavailable'), both('retry after 20', 'retry after 0', 'retry after 20')],
    [refused('Unformed'), both('retry after 20', 'retry after 0', 'Unformed')],
    [refused('NodeSpent'), both('retry after 20', 'retry after 0', 'NodeSpent')],
    [{ kind: 'timedOut' }, readOnly('retry after 0')],
    [{ kind: 'connectionLost' }, readOnly('retry after 0')],
    [{ kind: 'nodeGone' }, readOnly('retry after 0')],
    [{ kind: 'superseded' }, readOnly('retry after 0')],
    [refused('Timeout'), readOnly('retry after 20', 'retry after 0')],
    [refused('OutcomeUnknown'), readOnly('retry after 20', 'retry after 0')],
    [refused('Internal'), readOnly('retry after 20', 'retry after 0')],
    [refused('MalformedMessage'), readOnly('retry after 20', 'retry after 0')],
    [refused('SessionExpired'), both('SessionExpired', 'SessionExpired', 'SessionExpired')],
    [refused('RevisionMismatch'), both('RevisionMismatch', 'RevisionMismatch', 'RevisionMismatch')],
    [refused('InvalidRequest'), both('InvalidRequest', 'InvalidRequest', 'InvalidRequest')],
    [refused('Compacted'), both('Compacted', 'Compacted', 'Compacted')],
    [refused('SomethingNewer'), both('SomethingNewer', 'SomethingNewer', 'SomethingNewer')],
  ];

  for (const [failure, expected] of table) {
    const name = failure.kind === 'refused' ? `refused with ${failure.code}` : failure.kind;
    for (const kind of ['read', 'write', 'sessionWrite'] as const) {
      it(`${name}: ${kind}`, () => {
        const targets = ['anyNode', 'leader', 'givenNode'] as const;
        expect(targets.map((target) => brief(decide({ kind, target }, failure)))).toEqual(expected[kind]);
      });
    }
  }

  function both(anyNode: string, leader: string, givenNode: string) {
    const all = [anyNode, leader, givenNode] as const;
    return { read: all, write: all, sessionWrite: all };
  }

  /** A write of which nobody knows whether it was made is never sent again, unless its session sees to it that it is made once. */
  function readOnly(read: string, toLeader = read) {
    const unknown = 'OutcomeUnknown';
    const again = [read, toLeader, read] as const;
    return { read: again, write: [unknown, unknown, unknown] as const, sessionWrite: again };
  }
});

describe('what a caller is told at the deadline', () => {
  const after = (kind: FailedRequest['kind'], ...failures: readonly AttemptFailure[]): string => {
    let history: RequestHistory = noAttempts;
    for (const failure of failures.slice(0, -1)) {
      const decision = decide({ kind, history }, failure);
      if (decision.kind === 'giveUp') return `early ${decision.code}`;
      history = decision.history;
    }
    return brief(decide({ kind, history, remainingMs: 0 }, failures.at(-1) ?? { kind: 'notSent' }));
  };
  const noOne: AttemptFailure = { kind: 'noResponders' };

  it.each([
    ['write', [noOne, noOne], 'Unavailable'],
    ['write', [refused('NoLeader')], 'NoLeader'],
    ['write', [refused('NoLeader'), noOne, noOne], 'NoLeader'],
    ['write', [refused('NoLeader'), refused('Overloaded')], 'Overloaded'],
    ['write', [noOne, refused('NoLeader')], 'NoLeader'],
    ['write', [refused('NoLeader'), refused('Unformed')], 'Unformed'],
    ['write', [refused('NoLeader'), { kind: 'notSent' }], 'Unavailable'],
    ['write', [refused('NoLeader'), { kind: 'timedOut' }], 'OutcomeUnknown'],
    ['sessionWrite', [noOne, noOne], 'Unavailable'],
    ['sessionWrite', [refused('NoLeader'), noOne], 'NoLeader'],
    ['sessionWrite', [{ kind: 'timedOut' }], 'OutcomeUnknown'],
    ['sessionWrite', [{ kind: 'nodeGone' }, noOne, refused('NoLeader')], 'OutcomeUnknown'],
    ['sessionWrite', [refused('OutcomeUnknown'), { kind: 'notSent' }], 'OutcomeUnknown'],
    // What may have been done before is not undone by a refusal now; what the store says of the write itself holds.
    ['sessionWrite', [{ kind: 'timedOut' }, refused('SessionExpired')], 'OutcomeUnknown'],
    ['sessionWrite', [{ kind: 'timedOut' }, refused('SequencePassed')], 'OutcomeUnknown'],
    ['sessionWrite', [{ kind: 'superseded' }, refused('DiskSpaceLow')], 'OutcomeUnknown'],
    ['sessionWrite', [{ kind: 'connectionLost' }, refused('RevisionMismatch')], 'RevisionMismatch'],
    ['sessionWrite', [noOne, refused('SessionExpired')], 'SessionExpired'],
    ['sessionWrite', [refused('NoLeader'), refused('DiskSpaceLow')], 'DiskSpaceLow'],
    ['read', [noOne], 'Unavailable'],
    ['read', [refused('NoLeader'), noOne], 'NoLeader'],
    ['read', [{ kind: 'timedOut' }], 'Timeout'],
    ['read', [{ kind: 'timedOut' }, noOne], 'Timeout'],
    ['read', [{ kind: 'connectionLost' }, { kind: 'notSent' }], 'Unavailable'],
    ['read', [refused('Internal')], 'Internal'],
  ] as const)('%s: %j: %s', (kind, failures, expected) => {
    expect(after(kind, ...failures)).toBe(expected);
  });

  it('does not begin an attempt that could hardly end in time', () => {
    const history = noAttempts;
    const noLeader = refused('NoLeader');
    expect(brief(decide({ history, remainingMs: 421 }, noLeader))).toBe('retry after 20');
    expect(brief(decide({ history, remainingMs: 419 }, noLeader))).toBe('NoLeader');
    const sent = { ...noAttempts, mayBeDone: true };
    const ofSession = { kind: 'sessionWrite', history: sent } as const;
    expect(brief(decide({ ...ofSession, remainingMs: 71 }, noLeader))).toBe('retry after 20');
    expect(brief(decide({ ...ofSession, remainingMs: 69 }, noLeader))).toBe('OutcomeUnknown');
  });
});

describe('times', () => {
  it('backs off, with jitter, to a limit', () => {
    const delays = (random: number) =>
      [0, 1, 2, 3, 4, 5, 50].map((attempts) => {
        const decision = decide({ history: { ...noAttempts, attempts } }, { kind: 'noResponders' }, () => random);
        return decision.kind === 'retry' ? decision.delayMs : null;
      });
    expect(delays(0)).toEqual([10, 20, 40, 80, 160, 200, 200]);
    expect(delays(0.5)).toEqual([20, 40, 80, 160, 320, 400, 400]);
  });

  it('gives a write all the time there is, and what may be sent again a second or two that double', () => {
    const attempts = (kind: RequestKind) =>
      [0, 1, 2, 3].map((attempts) => attemptTimeoutMs(kind, { ...noAttempts, attempts }, 5_000));
    expect(attempts('write')).toEqual([5_000, 5_000, 5_000, 5_000]);
    expect(attempts('read')).toEqual([1_000, 2_000, 4_000, 5_000]);
    expect(attempts('sessionWrite')).toEqual([2_000, 4_000, 5_000, 5_000]);
  });

  it('leaves time for the node to say that its own has run out', () => {
    expect([1, 10, 100, 400, 5_000].map(nodeTimeoutMs)).toEqual([1, 5, 50, 300, 4_750]);
  });
});
