import { type Decision, decide } from './decide.ts';
import { eventsInOrder } from './event-order.ts';
import type { History, HistoryOperation } from './history.ts';
import type { Model } from './model.ts';
import { type SearchLimits, StepBudget } from './step-budget.ts';

/** The smallest stretch of a history that cannot be explained. */
export interface Counterexample<Operation, Outcome> {
  /**
   * What contradicts itself, in the order of the calls: nothing explains it, even if every other operation that was called
   * before the end of the stretch took effect at any time after its call, or never.
   */
  readonly operations: History<Operation, Outcome>;
  /** How many others that may change something were called before the end of the stretch. */
  readonly others: number;
  /** Whether each of the operations is needed; false if a limit was reached before that was known. */
  readonly isMinimal: boolean;
}

const defaultLimits: SearchLimits = { maxSteps: 5_000_000 };
const maxStepsOfOneSearch = 500_000;

/**
 * Finds the smallest stretch of a history of one object that is known not to be linearizable: up to the first return that
 * nothing explains, and of the operations before it only those that are needed. To leave one out means to forget what its caller was
 * told, and not that it never happened; so what is left contradicts the model as part of the whole history too.
 */
export function findCounterexample<Operation, Outcome, State>(
  model: Model<Operation, Outcome, State>,
  history: History<Operation, Outcome>,
  limits: SearchLimits = defaultLimits,
): Counterexample<Operation, Outcome> {
  const candidates = new Candidates(model, limits);
  return fewestOperations(candidates, shortestStretch(candidates, history));
}

/** Judges what may be smaller counterexamples, within limits for all and for each. */
class Candidates<Operation, Outcome> {
  readonly #budget: StepBudget;
  readonly #model: Model<Operation, Outcome, unknown>;

  constructor(model: Model<Operation, Outcome, unknown>, limits: SearchLimits) {
    this.#model = model;
    this.#budget = new StepBudget(limits);
  }

  judge(candidate: History<Operation, Outcome>): Decision {
    // To prepare a search is work too.
    if (!this.#budget.spend(candidate.length)) return { kind: 'undecided' };
    const budget = new StepBudget({ maxSteps: maxStepsOfOneSearch }, this.#budget);
    return decide(this.#model, candidate, budget);
  }

  /** What is left of an operation if its caller was told nothing. */
  forget(called: HistoryOperation<Operation, Outcome>): History<Operation, Outcome> {
    return this.#model.mayChange(called.operation, called.outcome) ? [{ ...called, outcome: null }] : [];
  }
}

/** The operations that were called before the first return that nothing explains; all, if that is not found in time. */
function shortestStretch<Operation, Outcome>(
  candidates: Candidates<Operation, Outcome>,
  history: History<Operation, Outcome>,
): History<Operation, Outcome> {
  const found = candidates.judge(history);
  if (found.kind !== 'not-linearizable') return history;
  const events = eventsInOrder(history);
  const calledBefore = (end: number): History<Operation, Outcome> =>
    events.slice(0, end).flatMap(({ kind, place }) => (kind === 'call' ? (history[place] ?? []) : []));
  const returns = events.flatMap(({ kind, place }, at) => (kind === 'return' ? [{ place, at }] : []));
  let high = returns.findIndex(({ place }) => place === found.unexplained);
  // What contradicts itself does so whatever follows.
  for (let low = found.isFirst ? high : 0; low < high; ) {
    const middle = (low + high) >> 1;
    const { kind } = candidates.judge(calledBefore(returns[middle]?.at ?? 0));
    if (kind === 'not-linearizable') high = middle;
    else low = middle + 1;
  }
  return calledBefore(returns[high]?.at ?? events.length);
}

/** Forgets as many outcomes as it can: the earliest first, and many at a time. What is needed once stays needed. */
function fewestOperations<Operation, Outcome>(
  candidates: Candidates<Operation, Outcome>,
  stretch: History<Operation, Outcome>,
): Counterexample<Operation, Outcome> {
  let left = stretch;
  let isMinimal = true;
  const forget = (chunk: History<Operation, Outcome>): Decision['kind'] => {
    const forgotten = new Set(chunk);
    const candidate = left.flatMap((called) => (forgotten.has(called) ? candidates.forget(called) : [called]));
    const { kind } = candidates.judge(candidate);
    if (kind === 'not-linearizable') left = candidate;
    return kind;
  };

  // Most contradictions are near their end.
  const told = toldIn(stretch);
  for (let size = 1; size < told.length; size *= 2) {
    if (forget(told.slice(0, -size)) === 'not-linearizable') break;
  }
  for (let size = Math.ceil(toldIn(left).length / 2); size >= 1; size = Math.floor(size / 2)) {
    const chunked = toldIn(left);
    for (let start = 0; start < chunked.length; start += size) {
      if (forget(chunked.slice(start, start + size)) === 'undecided' && size === 1) isMinimal = false;
    }
  }
  const operations = toldIn(left);
  return { operations, others: left.length - operations.length, isMinimal };
}

/** The operations whose callers were told their outcomes, in the order of their calls. */
const toldIn = <Operation, Outcome>(history: History<Operation, Outcome>): History<Operation, Outcome> =>
  history.filter(({ outcome }) => outcome !== null).sort((one, other) => one.calledAt - other.calledAt);
