/**
 * A `read` may be repeated at no risk; a `write` may be repeated only if it certainly did not happen; a `sessionWrite` carries its place in a session, so that
 * it is done once however often it is sent.
 */
export type RequestKind = 'read' | 'write' | 'sessionWrite';

/** Whom an attempt asked: whoever takes it, the node that is believed to lead, or the one that the caller named. */
export type RequestTarget = 'anyNode' | 'leader' | 'givenNode';

/** Why an attempt brought no answer, or a refusal with a stable code. */
export type AttemptFailure =
  /** It was not published: no connection stood for as long as the attempt could wait. */
  | { readonly kind: 'notSent' }
  /** The bus says that nobody listens there: it was delivered to no one. */
  | { readonly kind: 'noResponders' }
  /** It was published, and no reply came in the attempt's time. */
  | { readonly kind: 'timedOut' }
  /** The connection broke after it was published. */
  | { readonly kind: 'connectionLost' }
  /** It was published, and the node that it went to has gone since. */
  | { readonly kind: 'nodeGone' }
  /** It was published, another node leads since, and the one that it went to does not answer. */
  | { readonly kind: 'superseded' }
  | { readonly kind: 'refused'; readonly code: string };

/** What earlier attempts of a request came to. */
export interface RequestHistory {
  readonly attempts: number;
  /** The code of the latest refusal. */
  readonly refusal: string | null;
  /** Whether an attempt was left without a reply. */
  readonly unanswered: boolean;
  /** Whether an attempt may have been carried out, or may yet be. */
  readonly mayBeDone: boolean;
}

/** The history of a request before its first attempt. */
export const noAttempts: RequestHistory = { attempts: 0, refusal: null, unanswered: false, mayBeDone: false };

/** A request whose latest attempt failed. */
export interface FailedRequest {
  readonly kind: RequestKind;
  readonly target: RequestTarget;
  /** Without the latest attempt. */
  readonly history: RequestHistory;
  /** Until the caller's deadline. */
  readonly remainingMs: number;
}

/**
 * What to do next. `giveUp` names the error that the caller gets: `OutcomeUnknown`, `Unavailable`, `Timeout`, or the code of the
 * latest refusal, which is then passed on as it came.
 */
export type RetryDecision =
  | { readonly kind: 'retry'; readonly delayMs: number; readonly history: RequestHistory }
  | { readonly kind: 'giveUp'; readonly code: string };

/** The node, or the group, did nothing: another attempt may find it able to. */
const notDoneCodes: ReadonlySet<string> = new Set([
  'NoLeader',
  'Overloaded',
  'Unformed',
  'NodeSpent',
  'AnotherCluster',
  'StateParted',
  'Unavailable',
  'TooStale',
  'SchemaChanged',
  'KeysChanged',
  'NotYetApplied',
]);

/** The node does not know, or nobody knows what it said. */
const undecidedCodes: ReadonlySet<string> = new Set(['Timeout', 'OutcomeUnknown', 'Internal', 'MalformedMessage']);

/** What a node says of itself, and will say again. */
const ownCodes: ReadonlySet<string> = new Set(['Unformed', 'NodeSpent', 'AnotherCluster', 'StateParted']);

/** What is said of this attempt alone: an earlier one may have been carried out before there was reason to say so. */
const passingCodes: ReadonlySet<string> = new Set([
  'SessionExpired',
  'SequencePassed',
  'DiskSpaceLow',
  'SchemaViolation',
  ...ownCodes,
]);

const firstDelayMs = 20;
const longestDelayMs = 400;
/** With less time left another attempt is not worth it. */
const shortestAttemptMs = 50;
/** That of a write must be long enough for the node to say in time that it found no leader: else its outcome would be unknown for nothing. */
const shortestWriteAttemptMs = 400;
/** That of a write is longer: in a group that is slow for having too much to do, each that is sent again is one more to do. */
const firstAttemptMs = { read: 1_000, sessionWrite: 2_000 } as const;

/**
 * Decides what follows a failed attempt: reads, and writes of a session, are repeated until the deadline, any other write only where it certainly did not happen.
 * `random` is uniform in [0, 1) and spreads the retries of many callers.
 */
export function decideRetry(request: FailedRequest, failure: AttemptFailure, random: () => number): RetryDecision {
  const consequence = consequenceOf(failure);
  if (failure.kind === 'refused') {
    const isFinal = consequence === 'answered' || (request.target === 'givenNode' && ownCodes.has(failure.code));
    if (isFinal) return { kind: 'giveUp', code: finalCode(request, failure.code) };
  }
  if (consequence === 'undecided' && request.kind === 'write') return { kind: 'giveUp', code: 'OutcomeUnknown' };

  const history = historyAfter(request.history, failure, consequence);
  const delayMs = isElsewhereAtOnce(request, failure) ? 0 : backoffMs(request.history.attempts, random);
  if (delayMs + leastAttemptMs(request.kind, history) > request.remainingMs)
    return { kind: 'giveUp', code: lastWord(request.kind, history, failure) };
  return { kind: 'retry', delayMs, history };
}

/** Whether the node that refused may be the leader still: it has much to do, and asking the others would only bring it more. */
export const isLeaderBusy = (failure: { readonly kind: string; readonly code?: string }): boolean =>
  failure.kind === 'refused' && failure.code === 'Overloaded';

/** How long an attempt may wait for its reply: a write for as long as its caller, what may be repeated until it is worth asking elsewhere. */
export function attemptTimeoutMs(kind: RequestKind, history: RequestHistory, remainingMs: number): number {
  if (kind === 'write') return remainingMs;
  return Math.min(remainingMs, firstAttemptMs[kind] * 2 ** Math.min(history.attempts, 10));
}

/** The time that a node is given for an attempt: less than the attempt's, so that what it says at the end of it still arrives. */
export function nodeTimeoutMs(attemptMs: number): number {
  const marginMs = Math.min(250, Math.max(100, attemptMs / 10), attemptMs / 2);
  return Math.max(1, Math.floor(attemptMs - marginMs));
}

type Consequence = 'notDone' | 'undecided' | 'answered';

function consequenceOf(failure: AttemptFailure): Consequence {
  switch (failure.kind) {
    case 'notSent':
    case 'noResponders':
      return 'notDone';
    case 'timedOut':
    case 'connectionLost':
    case 'nodeGone':
    case 'superseded':
      return 'undecided';
    case 'refused':
      if (notDoneCodes.has(failure.code)) return 'notDone';
      return undecidedCodes.has(failure.code) ? 'undecided' : 'answered';
    default:
      return failure satisfies never;
  }
}

/** The code that a caller gets with a refusal that another attempt would not change. */
const finalCode = ({ kind, history }: FailedRequest, code: string): string =>
  kind === 'sessionWrite' && history.mayBeDone && passingCodes.has(code) ? 'OutcomeUnknown' : code;

function leastAttemptMs(kind: RequestKind, { mayBeDone }: RequestHistory): number {
  return kind === 'read' || mayBeDone ? shortestAttemptMs : shortestWriteAttemptMs;
}

function historyAfter(history: RequestHistory, failure: AttemptFailure, consequence: Consequence): RequestHistory {
  return {
    attempts: history.attempts + 1,
    refusal: failure.kind === 'refused' ? failure.code : history.refusal,
    unanswered: history.unanswered || isUnanswered(failure),
    mayBeDone: history.mayBeDone || consequence === 'undecided',
  };
}

const isUnanswered = ({ kind }: AttemptFailure): boolean =>
  kind === 'timedOut' || kind === 'nodeGone' || kind === 'superseded';

/** Time has passed already, or there is another to ask: a delay would gain nothing. */
function isElsewhereAtOnce(request: FailedRequest, failure: AttemptFailure): boolean {
  switch (failure.kind) {
    case 'notSent':
      return false;
    case 'noResponders':
      return request.target === 'leader';
    case 'refused':
      return request.target === 'leader' && !isLeaderBusy(failure);
    default:
      return true;
  }
}

const backoffMs = (attempts: number, random: () => number): number =>
  Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempts, 10)) * (0.5 + random());

/** What a caller is told at the deadline: what a node said is worth more than that none did. */
function lastWord(kind: RequestKind, history: RequestHistory, failure: AttemptFailure): string {
  if (kind === 'sessionWrite' && history.mayBeDone) return 'OutcomeUnknown';
  if (failure.kind === 'notSent') return 'Unavailable';
  return history.refusal ?? (history.unanswered ? 'Timeout' : 'Unavailable');
}
