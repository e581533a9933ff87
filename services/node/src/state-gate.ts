import type { LogStorage } from '@quorate/raft';

/** What a gate looks at. */
export interface StateGateOptions {
  readonly log: Pick<LogStorage, 'damage' | 'lastIndex'>;
  readonly lastApplied: () => number;
  /** Whether the state had to be thrown away when the node started. */
  readonly isStateDiscarded: boolean;
}

/**
 * Whether a node may answer from its own state without asking anyone. Not while that is built anew: it would say of keys that they do not exist which it
 * has shown before. A log with some records that cannot be read is no hindrance, for what was applied of it is committed.
 */
export class StateGate {
  readonly #options: StateGateOptions;
  #isOpen: boolean;
  /** Where the log ended when it was whole. */
  #whole: number | null = null;

  constructor(options: StateGateOptions) {
    this.#options = options;
    this.#isOpen = !options.isStateDiscarded && options.log.damage === null;
  }

  get isOpen(): boolean {
    if (this.#isOpen) return true;
    const { log, lastApplied } = this.#options;
    if (log.damage !== null) return false;
    this.#whole ??= log.lastIndex;
    this.#isOpen = lastApplied() >= this.#whole;
    return this.#isOpen;
  }
}
