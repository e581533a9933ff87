import type { CommandResult } from './command.ts';
import type { StagedChange } from './history/staged-change.ts';

/** What a command comes to: its result, and at most one change of each key, which is still to be made. */
export interface Outcome {
  readonly result: CommandResult;
  readonly changes: readonly StagedChange[];
}

/** The same with the result as the client gets it. */
export interface EncodedOutcome extends Pick<Outcome, 'changes'> {
  readonly result: Uint8Array;
  /** Who asked for it, by its own account. */
  readonly client?: string;
  /** The code of the error that it failed with. */
  readonly failure?: string;
}
