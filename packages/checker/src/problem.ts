import { eventsInOrder, type HistoryEvent } from './event-order.ts';
import type { History } from './history.ts';
import type { Model } from './model.ts';

/** Stands for "no operation". */
export const NO_OPERATION = -1;

/** What a search needs to know of a history besides its model. */
export interface Problem {
  readonly events: readonly HistoryEvent[];
  /** By operation: whether its outcome is unknown, so that it may never have taken effect. */
  readonly isOptional: readonly boolean[];
  /** By operation: whether it changes nothing, whatever the state. */
  readonly isObservation: readonly boolean[];
  /**
   * By operation: a number that no other operation has that is open at the same time; of optional ones, which stay open,
   * that no other optional one has.
   */
  readonly slots: readonly number[];
  readonly slotCount: number;
  readonly optionalCount: number;
  /**
   * By optional operation: the one called last before it that does exactly the same, or `NO_OPERATION`. Twins stay open for
   * good, so it makes no difference which of them is used: the earlier are used first.
   */
  readonly twins: readonly number[];
  /** By operation: a number that all have that do the same with the same outcome. */
  readonly classes: readonly number[];
  readonly classCount: number;
  /** By operation: its place among all returns. */
  readonly returnPlaces: readonly number[];
}

export function problemOf<Operation, Outcome>(
  model: Pick<Model<Operation, Outcome, unknown>, 'mayChange' | 'effectKey'>,
  history: History<Operation, Outcome>,
): Problem {
  const events = eventsInOrder(history);
  const isOptional = history.map(({ outcome }) => outcome === null);
  const isObservation = history.map(({ operation, outcome }) => !model.mayChange(operation, outcome));
  // To name what is done takes time, and none of what only observes is exchanged for another.
  const effects = history.map(({ operation }, place) =>
    isObservation[place] === true ? String(place) : (model.effectKey?.(operation) ?? JSON.stringify(operation)),
  );
  const classNumbers = new Map<string, number>();
  const classes = history.map(({ outcome }, place) => {
    const effect = isObservation[place] === true ? String(place) : `${effects[place]} ${JSON.stringify(outcome)}`;
    const number = classNumbers.get(effect) ?? classNumbers.size;
    classNumbers.set(effect, number);
    return number;
  });
  const slots = history.map(() => 0);
  const twins = history.map(() => NO_OPERATION);
  const lastTwins = new Map<string, number>();
  const returnPlaces = history.map(() => 0);
  const freeSlots: number[] = [];
  let slotCount = 0;
  let optionalCount = 0;
  for (const [at, { place, kind }] of events.entries()) {
    if (kind === 'return') {
      returnPlaces[place] = at;
      freeSlots.push(slots[place] ?? 0);
    } else if (isOptional[place] === true) {
      const effect = effects[place] ?? '';
      twins[place] = lastTwins.get(effect) ?? NO_OPERATION;
      lastTwins.set(effect, place);
      slots[place] = optionalCount++;
    } else {
      slots[place] = freeSlots.pop() ?? slotCount++;
    }
  }
  const classCount = classNumbers.size;
  return {
    events,
    isOptional,
    isObservation,
    slots,
    slotCount,
    optionalCount,
    twins,
    classes,
    classCount,
    returnPlaces,
  };
}
