/** Where a change stands among all: revisions count transactions, ordinals the changes within one, from 0. */
export interface ChangePlace {
  readonly revision: number;
  readonly ordinal: number;
}

/** Negative, 0 or positive, as `one` comes before, at or after `other`. */
export const comparePlaces = (one: ChangePlace, other: ChangePlace): number =>
  one.revision - other.revision || one.ordinal - other.ordinal;
