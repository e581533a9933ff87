import type {
  ConfigStoreOperation,
  ConfigStoreOutcome,
  RegisterOperation,
  RegisterOutcome,
  RegisterValue,
  TextMapOperation,
  TextMapOutcome,
} from '../../src/index.ts';

/** What may come of one operation. */
export interface Result<Outcome, State> {
  readonly outcome: Outcome;
  readonly state: State;
}

/** An object that does one operation at a time, written without a thought of how histories are checked. */
export interface SequentialObject<Operation, Outcome, State> {
  readonly initialState: State;
  /** All that may come of an operation: more than one result where the object is free to choose. */
  perform(state: State, key: string, operation: Operation): readonly Result<Outcome, State>[];
}

export const register: SequentialObject<RegisterOperation, RegisterOutcome, RegisterValue> = {
  initialState: null,
  perform(state, _key, operation) {
    if (operation.kind === 'read') return [{ outcome: { kind: 'value', value: state }, state }];
    if (operation.kind === 'write') return [{ outcome: { kind: 'done' }, state: operation.value }];
    return state === operation.expected
      ? [{ outcome: { kind: 'done' }, state: operation.value }]
      : [{ outcome: { kind: 'refused' }, state }];
  },
};

type Texts = ReadonlyMap<string, string>;

export const textMap: SequentialObject<TextMapOperation, TextMapOutcome, Texts> = {
  initialState: new Map(),
  perform(state, key, operation) {
    const text = state.get(key) ?? '';
    if (operation.kind === 'get') return [{ outcome: { kind: 'value', value: text }, state }];
    const written = operation.kind === 'put' ? operation.value : text + operation.value;
    return [{ outcome: { kind: 'done' }, state: new Map(state).set(key, written) }];
  },
};

/** What the store holds. */
export interface StoreState {
  readonly revision: number;
  readonly keys: ReadonlyMap<string, { readonly value: string; readonly modRevision: number }>;
}

/**
 * A store whose revisions grow by a step of its own choice, up to `maxRevision`: what a history tells of need not be all
 * that happened to the store.
 */
export const configStore = (
  maxRevision: number,
): SequentialObject<ConfigStoreOperation, ConfigStoreOutcome, StoreState> => ({
  initialState: { revision: 0, keys: new Map() },
  perform(state, key, operation) {
    const entry = state.keys.get(key);
    const actual = entry?.modRevision ?? 0;
    if (operation.kind === 'get') {
      const { value = '', modRevision = 0 } = entry ?? {};
      return [{ outcome: entry === undefined ? { kind: 'absent' } : { kind: 'found', value, modRevision }, state }];
    }
    const { ifRevision = actual } = operation;
    if (ifRevision !== actual) return [{ outcome: { kind: 'revisionMismatch', actual }, state }];
    const later = Array.from({ length: maxRevision - state.revision }, (_, step) => state.revision + 1 + step);
    if (operation.kind === 'put') {
      return later.map((revision) => ({
        outcome: { kind: 'written', revision },
        state: { revision, keys: new Map(state.keys).set(key, { value: operation.value, modRevision: revision }) },
      }));
    }
    if (entry === undefined) {
      return [state.revision, ...later].map((revision) => ({
        outcome: { kind: 'nothingDeleted', revision },
        state: { ...state, revision },
      }));
    }
    const keys = new Map([...state.keys].filter(([other]) => other !== key));
    return later.map((revision) => ({ outcome: { kind: 'deleted', revision }, state: { revision, keys } }));
  },
});
