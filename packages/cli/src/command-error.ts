/** The command line itself is wrong, or what it names cannot be used: one line, exit code 2. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** A command did not do what it was asked: one line, exit code 1. */
export class CommandFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailure';
  }
}

/** Whoever read our output does not read any more: nothing is wrong, and nothing is left to do. */
export class OutputClosed extends Error {
  constructor(options?: ErrorOptions) {
    super('the output is closed', options);
    this.name = 'OutputClosed';
  }
}
