/** A line of a log that is not what it should be. The message says why, in a few words. */
export class MalformedLog extends Error {
  readonly code = 'MalformedLog';
  /** From 1. */
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.name = 'MalformedLog';
    this.line = line;
  }
}
