/** A line of a scenario cannot be carried out. The message names file and line. */
export class InvalidScenario extends Error {
  readonly code = 'InvalidScenario';
  readonly file: string;
  readonly line: number;
  /** The story up to that line, with its traces: a command may be refused because what came before went otherwise than it used to. */
  readonly textSoFar: string;

  constructor(where: { readonly file: string; readonly line: number; readonly textSoFar: string }, what: string) {
    super(`${where.file}:${where.line}: ${what}`);
    this.name = 'InvalidScenario';
    this.file = where.file;
    this.line = where.line;
    this.textSoFar = where.textSoFar;
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
