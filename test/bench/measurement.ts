/** What a measurement is run with. */
export interface Run {
  /** Ends when the run does, also when it is interrupted: whatever was started is ended by then. */
  readonly onEnd: (end: () => Promise<void>) => void;
  /** Shows how far it is, on a terminal. */
  readonly progress: (text: string) => void;
  /** A line of the result. */
  readonly say: (line: string) => void;
  /** Aborted when it is interrupted: nothing is to be started any more. */
  readonly signal: AbortSignal;
}

/** Something that can be measured by name. */
export interface Measurement {
  readonly name: string;
  /** Of npm. */
  readonly command: string;
  /** What its options are, and what they are if they are not given. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Whether what it is to show holds. @throws {InvalidOptions} before anything was started */
  readonly measure: (args: readonly string[], run: Run) => Promise<boolean>;
}
