/** A line of a scenario cannot be carried out. The message names file and line. */
export class InvalidScenario extends Error {
  readonly code = 'InvalidScenario';
  readonly file: string;
  readonly line: number;

  constructor(file: string, line: number, what: string) {
    super(`${file}:${line}: ${what}`);
    this.name = 'InvalidScenario';
    this.file = file;
    this.line = line;
  }
}

/** A command cannot be carried out as it is written; whoever knows the line tells it. */
export class CommandRefused extends Error {
  readonly code = 'CommandRefused';
  constructor(what: string) {
    super(what);
    this.name = 'CommandRefused';
  }
}
