/** How long a search may take before it gives up. Both may be set; with neither it ends when it has decided. */
export interface SearchLimits {
  /** How often it may look at an operation. The same history with the same limit always gets the same answer. */
  readonly maxSteps?: number;
  /** Asked now and then; true ends the search. */
  readonly isExpired?: () => boolean;
}

const stepsBetweenQuestions = 100_000;

/** Counts the steps of one or several searches against their limits. */
export class StepBudget {
  readonly #limits: SearchLimits;
  readonly #whole: StepBudget | null;
  #steps = 0;
  #nextQuestion = 0;
  #isSpent = false;

  /** With `whole`, this is a part of that budget, and every step counts against both. */
  constructor(limits: SearchLimits, whole: StepBudget | null = null) {
    this.#limits = limits;
    this.#whole = whole;
  }

  /** Counts steps; false if they may not be made, and then no later ones may. */
  spend(steps: number): boolean {
    if (this.#isSpent) return false;
    this.#steps += steps;
    const { maxSteps = Number.POSITIVE_INFINITY } = this.#limits;
    this.#isSpent = this.#steps > maxSteps || this.#isExpired() || this.#whole?.spend(steps) === false;
    return !this.#isSpent;
  }

  #isExpired(): boolean {
    if (this.#steps < this.#nextQuestion) return false;
    this.#nextQuestion = this.#steps + stepsBetweenQuestions;
    return this.#limits.isExpired?.() === true;
  }
}
