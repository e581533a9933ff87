import { describe, expect, it } from 'vitest';
import {
  type AttemptFailure,
  attemptTimeoutMs,
  decideRetry,
  type FailedRequest,
  noAttempts,
  nodeTimeoutMs,
  type RequestHistory,
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
  // Of a read and of a write; sent to any node, to the known leader, and to the node that the caller named.
  const table: readonly [AttemptFailure, Record<'read' | 'write', readonly [string, string, string]>][] = [
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
    [refused('RevisionMismatch'), both('RevisionMismatch', 'RevisionMismatch', 'RevisionMismatch')],
    [refused('InvalidRequest'), both('InvalidRequest', 'InvalidRequest', 'InvalidRequest')],
    [refused('Compacted'), both('Compacted', 'Compacted', 'Compacted')],
    [refused('SomethingNewer'), both('SomethingNewer', 'SomethingNewer', 'SomethingNewer')],
  ];

  for (const [failure, expected] of table) {
    const name = failure.kind === 'refused' ? `refused with ${failure.code}` : failure.kind;
    for (const kind of ['read', 'write'] as const) {
      it(`${name}: ${kind}`, () => {
        const targets = ['anyNode', 'leader', 'givenNode'] as const;
        expect(targets.map((target) => brief(decide({ kind, target }, failure)))).toEqual(expected[kind]);
      });
    }
  }

  function both(anyNode: string, leader: string, givenNode: string) {
    return { read: [anyNode, leader, givenNode], write: [anyNode, leader, givenNode] } as const;
  }

  /** A write of which nobody knows whether it was made is never sent again. */
  function readOnly(read: string, toLeader = read) {
    const unknown = 'OutcomeUnknown';
    return { read: [read, toLeader, read], write: [unknown, unknown, unknown] } as const;
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

  it('gives a write all the time there is, and a read a second that doubles', () => {
    const attempts = (kind: 'read' | 'write') =>
      [0, 1, 2, 3].map((attempts) => attemptTimeoutMs(kind, { ...noAttempts, attempts }, 5_000));
    expect(attempts('write')).toEqual([5_000, 5_000, 5_000, 5_000]);
    expect(attempts('read')).toEqual([1_000, 2_000, 4_000, 5_000]);
  });

  it('leaves time for the node to say that its own has run out', () => {
    expect([1, 10, 100, 400, 5_000].map(nodeTimeoutMs)).toEqual([1, 5, 50, 300, 4_750]);
  });
});
