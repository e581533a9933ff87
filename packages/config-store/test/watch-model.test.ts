import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChangePlace,
  historyTable,
  type KeySelection,
  type Operation,
  type Retention,
  RevisionCompacted,
  readWatchPage,
  type StoredEntry,
  WaitingWatchers,
  type WatchedChange,
  type WatchRequest,
  wholeHistory,
} from '../src/index.ts';
import { StoreFixture } from './store-fixture.ts';

/** A change as the model has it. */
interface ModelChange {
  readonly key: string;
  readonly revision: number;
  readonly ordinal: number;
  readonly before: StoredEntry | null;
  readonly after: StoredEntry | null;
}

/** What one transaction does: writes or removes some of the keys. */
type Step = readonly { readonly key: string; readonly isDelete: boolean; readonly size: number }[];

const keys = ['/a', '/a/1', '/a/2', '/b', '/c'];
const write = fc.record({
  key: fc.constantFrom(...keys),
  isDelete: fc.boolean(),
  size: fc.constantFrom(0, 1, 1, 1, 1, 1, 1, 200 * 1024),
});
const step: fc.Arbitrary<Step> = fc.uniqueArray(write, { minLength: 1, maxLength: 3, selector: ({ key }) => key });
const stepsTaken = fc.array(step, { maxLength: 60, size: 'max' });
const retention: fc.Arbitrary<Retention> = fc.record({
  maxAgeMs: fc.constantFrom(null, 0, 20),
  maxVersions: fc.constantFrom(null, null, 1, 3),
});
const selection: fc.Arbitrary<KeySelection> = fc.constantFrom<KeySelection>(
  { key: '/a' },
  { key: '/none' },
  { prefix: '' },
  { prefix: '/a/' },
  { from: '/a/1', to: '/b' },
  { from: '/b', to: null },
);
const watched = fc.record({
  keys: selection,
  filter: fc.constantFrom(null, null, 'put' as const, 'delete' as const),
  withPrevious: fc.boolean(),
});

/** Values are large: their lengths and first bytes tell them apart. */
const shown = (entry: StoredEntry | null): unknown =>
  entry === null ? null : { ...entry, value: [entry.value.length, entry.value[0] ?? null] };

const isIn = (key: string, keysOf: KeySelection): boolean => {
  if ('key' in keysOf) return key === keysOf.key;
  if ('prefix' in keysOf) return key.startsWith(keysOf.prefix);
  return key >= keysOf.from && (keysOf.to === null || key < keysOf.to);
};

/** A store, and all that ever happened to it, said as plainly as possible. */
class WatchedStore {
  readonly fixture = new StoreFixture();
  readonly changes: ModelChange[] = [];
  readonly #present = new Map<string, StoredEntry>();

  constructor(kept: Retention) {
    this.fixture.tables.transaction((writer) => writer.put(historyTable, null, { ...wholeHistory, retention: kept }));
  }

  run(taken: Step): void {
    const then = taken.map(({ key, isDelete, size }): Operation => {
      return isDelete ? { kind: 'delete', keys: { key } } : { kind: 'put', key, value: this.#valueOf(size) };
    });
    const revision = this.fixture.store.revision + 1;
    const index = this.fixture.store.lastApplied + 1;
    const entry = this.fixture.entry({ kind: 'txn', compare: [], then, else: [] });
    this.fixture.applyEntry({ ...entry, timestampUs: 1_000_000_000 + index * 5_000 });
    let ordinal = 0;
    for (const [at, { key, isDelete }] of taken.entries()) {
      const operation = then[at];
      const before = this.#present.get(key) ?? null;
      if (isDelete && before === null) continue;
      const createRevision = before?.createRevision ?? revision;
      const version = (before?.version ?? 0) + 1;
      const value = operation?.kind === 'put' ? operation.value : new Uint8Array(0);
      const put = { key, value, createRevision, modRevision: revision, version, lease: null, contentType: null };
      const after = isDelete ? null : put;
      this.changes.push({ key, revision, ordinal, before, after });
      if (after === null) this.#present.delete(key);
      else this.#present.set(key, after);
      ordinal += 1;
    }
  }

  #valueOf(size: number): Uint8Array {
    return new Uint8Array(size).fill(this.fixture.store.revision % 256);
  }

  get revision(): number {
    return this.fixture.store.revision;
  }

  /** What is wanted from a revision on. */
  wanted({ keys: selected, filter, from }: WatchRequest): readonly ModelChange[] {
    return this.changes.filter(({ key, revision, after }) => {
      const op = after === null ? 'delete' : 'put';
      return isIn(key, selected) && (filter === null || filter === op) && revision >= from.revision;
    });
  }
}

/** Reads page after page to the end. */
function readAll(store: WatchedStore, request: WatchRequest): readonly WatchedChange[] {
  const found: WatchedChange[] = [];
  let from = request.from;
  while (from.revision <= store.revision) {
    const page = readWatchPage(store.fixture.tables, { ...request, from });
    for (const { revision } of page.changes) expect(revision).toBeLessThanOrEqual(page.next.revision);
    const bytes = page.changes.reduce((sum, { previous, ...change }) => {
      return sum + (change.op === 'put' ? (change.value?.length ?? 0) : 0) + (previous?.value.length ?? 0);
    }, 0);
    expect(bytes).toBeLessThanOrEqual(768 * 1024);
    // It comes nearer to the end each time.
    expect(page.next).not.toEqual(from);
    found.push(...page.changes);
    from = page.next;
  }
  return found;
}

function expectSame(found: readonly WatchedChange[], expected: readonly ModelChange[], request: WatchRequest): void {
  expect(found.map(({ key, revision, ordinal, op }) => ({ key, revision, ordinal, op }))).toEqual(
    expected.map(({ key, revision, ordinal, after }) => {
      return { key, revision, ordinal, op: after === null ? 'delete' : 'put' };
    }),
  );
  for (const [at, change] of found.entries()) {
    const { before, after } = expected[at] ?? { before: null, after: null };
    if (change.op === 'put') {
      const { createRevision, version, lease, contentType, revision: modRevision, key } = change;
      const value = change.value ?? after?.value ?? new Uint8Array(0);
      const entry = { key, value, createRevision, modRevision, version, lease, contentType };
      expect(shown(entry)).toEqual(shown(after));
    }
    if (!request.withPrevious) expect([change.previous, change.previousOmitted]).toEqual([null, false]);
    else if (change.previousOmitted) expect([change.previous, before === null]).toEqual([null, false]);
    else expect(shown(change.previous)).toEqual(shown(before));
  }
}

describe('a watch', () => {
  it('gives each change that is wanted once, in order, with what was before it, from any revision that is kept', () => {
    fc.assert(
      fc.property(stepsTaken, retention, watched, fc.integer({ min: 1, max: 70 }), (steps, kept, what, drawn) => {
        const store = new WatchedStore(kept);
        for (const taken of steps) store.run(taken);
        const request = { ...what, from: { revision: drawn, ordinal: 0 } };
        const { oldestRevision } = store.fixture.store;
        if (drawn <= store.revision && drawn < oldestRevision) {
          expect(() => readWatchPage(store.fixture.tables, request)).toThrow(RevisionCompacted);
        } else {
          expectSame(readAll(store, request), store.wanted(request), request);
        }
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });

  it('gives what comes while it waits, to each watcher what that one wants', () => {
    const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { maxLength: 12 });
    fc.assert(
      fc.property(
        batches,
        fc.array(watched, { minLength: 1, maxLength: 6 }),
        fc.nat({ max: 4 }),
        (taken, all, ahead) => {
          const store = new WatchedStore({ maxAgeMs: null, maxVersions: null });
          const waiting = new WaitingWatchers(store.fixture.tables);
          const watchers = all.map((what) => {
            const from = { revision: 1 + ahead, ordinal: 0 };
            return { first: { ...what, from }, found: [] as WatchedChange[] };
          });
          const woken: { readonly at: number; readonly from: ChangePlace }[] = watchers.map(({ first }, at) => {
            return { at, from: first.from };
          });
          const serve = (): void => {
            for (const { at, from } of woken.splice(0)) {
              const watcher = watchers[at];
              if (watcher === undefined) continue;
              let next = from;
              do {
                const page = readWatchPage(store.fixture.tables, { ...watcher.first, from: next });
                watcher.found.push(...page.changes);
                if (page.next.revision === next.revision && page.next.ordinal === next.ordinal) break;
                next = page.next;
              } while (next.revision <= store.revision);
              const request = { ...watcher.first, from: next };
              waiting.add({ request, wake: (place) => woken.push({ at, from: place }) });
            }
          };
          serve();
          for (const steps of taken) {
            for (const one of steps) store.run(one);
            // It is not always looked to the end before more comes.
            for (let looks = 0; looks < 2 && waiting.look(3); looks += 1) serve();
            serve();
          }
          while (waiting.look(3)) serve();
          serve();
          for (const { first, found } of watchers) expectSame(found, store.wanted(first), first);
          expect(waiting.size).toBe(watchers.length);
        },
      ),
      { numRuns: 100, endOnFailure: true },
    );
  });
});
