/** Something that was promised did not hold. */
export class Violation extends Error {
  readonly code = 'Violation';
  /** Which promise, in a few words. */
  readonly promise: string;

  constructor(promise: string, what: string) {
    super(`${promise}: ${what}`);
    this.name = 'Violation';
    this.promise = promise;
  }
}
