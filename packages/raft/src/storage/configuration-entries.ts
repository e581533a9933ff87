import { invariant } from '../invariant.ts';
import { decodeConfiguration } from '../membership/configuration-codec.ts';
import type { Configuration, LogEntry, LogIndex } from '../types.ts';

/** A configuration and where in the log it stands. */
export interface PlacedConfiguration {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

/** The configurations that a log holds, few as they are, in order: kept by a log storage as it appends, truncates and compacts. */
export class ConfigurationEntries {
  #placed: PlacedConfiguration[] = [];

  get all(): readonly PlacedConfiguration[] {
    return this.#placed;
  }

  /** The log has this entry now. @throws {InvariantViolated} if it claims to be a configuration and is none */
  push({ kind, index, command }: LogEntry): void {
    if (kind !== 'configuration') return;
    const configuration = decodeConfiguration(command);
    invariant(configuration !== null, () => `entry ${index} is no configuration`);
    this.#placed.push({ index, configuration });
  }

  /** Nothing up to `through` is in the log any more. */
  compact(through: LogIndex): void {
    this.#placed = this.#placed.filter(({ index }) => index > through);
  }

  /** Nothing from `from` on is in the log any more. */
  truncate(from: LogIndex): void {
    this.#placed = this.#placed.filter(({ index }) => index < from);
  }
}
