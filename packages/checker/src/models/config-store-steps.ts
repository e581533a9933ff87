import type { ConfigStoreOperation, ConfigStoreOutcome } from './config-store.ts';
import type { KeyChanges } from './key-changes.ts';

/** What is known of one key of the store. */
export interface ConfigStoreState {
  readonly exists: boolean;
  /** Null if there is none, or if nobody ever reads it: all such values are the same to everybody. */
  readonly value: string | null;
  /** The revision of the last change; of a key that does not exist, one that the next change is above. */
  readonly changedAt: number;
  /** If false, nobody knows the revision of the last change, and `changedAt` is the least that it can be. */
  readonly isCertain: boolean;
}

/** A key of an empty store. */
export const initialState: ConfigStoreState = { exists: false, value: null, changedAt: 0, isCertain: true };

/** What operations make of one key's state, in the light of all that a history says of the key. */
export class ConfigStoreSteps {
  readonly #known: KeyChanges;

  constructor(known: KeyChanges) {
    this.#known = known;
  }

  /** The state after an operation with that outcome; undefined if it cannot have had it. */
  withOutcome(
    state: ConfigStoreState,
    operation: ConfigStoreOperation,
    outcome: ConfigStoreOutcome,
  ): ConfigStoreState | undefined {
    switch (outcome.kind) {
      case 'found':
        if (operation.kind !== 'get' || state.value !== outcome.value) return undefined;
        return this.#atRevision(state, outcome.modRevision);
      case 'absent':
        return operation.kind === 'get' && !state.exists ? state : undefined;
      case 'compared':
        return operation.kind === 'get' ? this.#atRevision(state, outcome.modRevision) : undefined;
      case 'revisionMismatch':
        if (operation.kind === 'get' || operation.ifRevision === undefined) return undefined;
        return operation.ifRevision === outcome.actual ? undefined : this.#atRevision(state, outcome.actual);
      case 'nothingDeleted':
        if (operation.kind !== 'delete' || state.exists || state.changedAt > outcome.revision) return undefined;
        // What changes the key from here on has a later revision than that.
        return this.#meeting({ ...initialState, changedAt: outcome.revision }, operation.ifRevision);
      case 'written':
        return operation.kind === 'put' ? this.#put(state, operation, outcome.revision) : undefined;
      case 'deleted': {
        if (operation.kind !== 'delete' || !state.exists) return undefined;
        const before = this.#meeting(state, operation.ifRevision);
        if (before === undefined || !this.#mayChangeAt(before, outcome.revision)) return undefined;
        return { ...initialState, changedAt: outcome.revision };
      }
      default:
        return outcome satisfies never;
    }
  }

  /** The state after an operation whose outcome nobody knows, if it takes effect. */
  withoutOutcome(state: ConfigStoreState, operation: ConfigStoreOperation): ConfigStoreState {
    if (operation.kind === 'get') return state;
    if (operation.kind === 'put') {
      const revision = this.#known.revisionOfOnlyPut(operation.value);
      if (revision !== undefined) return this.#put(state, operation, revision) ?? state;
    }
    const before = this.#meeting(state, operation.ifRevision);
    if (before === undefined) return state;
    const changedAt = before.changedAt + 1;
    if (operation.kind === 'delete') return before.exists ? { ...initialState, changedAt, isCertain: false } : state;
    return { exists: true, value: this.#known.seenValue(operation.value), changedAt, isCertain: false };
  }

  #put(
    state: ConfigStoreState,
    { value, ifRevision }: { readonly value: string; readonly ifRevision?: number },
    revision: number,
  ): ConfigStoreState | undefined {
    const before = this.#meeting(state, ifRevision);
    if (before === undefined || !this.#mayChangeAt(before, revision)) return undefined;
    return { exists: true, value: this.#known.seenValue(value), changedAt: revision, isCertain: true };
  }

  /** The state, if `ifRevision` holds in it. */
  #meeting(state: ConfigStoreState, ifRevision: number | undefined): ConfigStoreState | undefined {
    return ifRevision === undefined ? state : this.#atRevision(state, ifRevision);
  }

  /** The state, if the key exists and was last changed at that revision; for revision 0 if it does not exist. */
  #atRevision(state: ConfigStoreState, revision: number): ConfigStoreState | undefined {
    if (!state.exists || revision === 0) return !state.exists && revision === 0 ? state : undefined;
    if (state.isCertain) return state.changedAt === revision ? state : undefined;
    if (revision < state.changedAt || !this.#known.mayBeOfUnknown(revision, state.value)) return undefined;
    return { ...state, changedAt: revision, isCertain: true };
  }

  #mayChangeAt(before: ConfigStoreState, revision: number): boolean {
    return before.changedAt < revision && this.#known.mayFollow(before, revision);
  }
}
