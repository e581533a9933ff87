/** Something that Raft's proof rules out has happened. The node must stop: to go on would be to guess. */
export class InvariantViolated extends Error {
  readonly code = 'InvariantViolated';
  constructor(what: string) {
    super(`invariant violated: ${what}`);
    this.name = 'InvariantViolated';
  }
}

/** Asserts what must be true on every node at every time. Stays on in production. @throws {InvariantViolated} */
export function invariant(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new InvariantViolated(what());
}
