import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesBefore, entryAt } from '../src/history/key-past.ts';
import {
  changesTable,
  deletedKeysTable,
  type HistoryRow,
  historyTable,
  LANDMARK_EVERY,
  landmarksTable,
  type MemoryTables,
  type Retention,
  RevisionCompacted,
  type StoredEntry,
  wholeHistory,
} from '../src/index.ts';
import { StoreFixture } from './store-fixture.ts';

const keys = ['/a', '/b', '/c'];

/** What a key became, and when. */
interface PastChange {
  readonly revision: number;
  readonly key: string;
  readonly entry: StoredEntry | null;
}

/** All that ever happened to a store, said as plainly as possible. */
class Past {
  readonly changes: PastChange[] = [];
  readonly timestamps: number[] = [];

  at(key: string, revision: number): StoredEntry | null {
    return this.changes.findLast((change) => change.key === key && change.revision <= revision)?.entry ?? null;
  }

  /** The changes of a key, the newest first. */
  of(key: string): readonly PastChange[] {
    return this.changes.filter((change) => change.key === key).reverse();
  }
}

interface Step {
  readonly key: string;
  readonly isDelete: boolean;
  /** How much later than the step before. */
  readonly laterMs: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  key: fc.constantFrom('/a', '/a', '/a', '/a', '/b', '/c'),
  isDelete: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn < 2),
  laterMs: fc.constantFrom(0, 0, 1, 5, 40),
});
/** Long, so that keys come to have landmarks. */
const stepsTaken = fc.array(step, { maxLength: 250, size: 'max' });
const retention: fc.Arbitrary<Retention> = fc.record({
  maxAgeMs: fc.constantFrom(null, 0, 50, 1000),
  maxVersions: fc.constantFrom(null, null, 1, 3, 20),
});

function run(steps: readonly Step[], kept: Retention): { readonly fixture: StoreFixture; readonly past: Past } {
  const fixture = new StoreFixture();
  const past = new Past();
  fixture.tables.transaction((writer) => writer.put(historyTable, null, { ...wholeHistory, retention: kept }));
  let nowMs = 1_000_000;
  for (const [at, { key, isDelete, laterMs }] of steps.entries()) {
    nowMs += laterMs;
    const before = past.at(key, fixture.store.revision);
    const value = new Uint8Array([at % 256]);
    const command = isDelete ? ({ kind: 'delete', key } as const) : ({ kind: 'put', key, value } as const);
    fixture.applyEntry({ ...fixture.entry(command), timestampUs: nowMs * 1000 });
    if (isDelete && before === null) continue;
    const { revision } = fixture.store;
    past.timestamps[revision] = nowMs;
    const createRevision = before?.createRevision ?? revision;
    const version = (before?.version ?? 0) + 1;
    const entry = { key, value, createRevision, modRevision: revision, version, lease: null, contentType: null };
    past.changes.push({ revision, key, entry: isDelete ? null : entry });
  }
  return { fixture, past };
}

const historyOf = (tables: MemoryTables): HistoryRow => tables.get(historyTable, null) ?? wholeHistory;

/** How many versions of the key came after the one that was there at a revision, and are past now. */
const pastVersionsSince = (past: Past, key: string, revision: number): number => {
  const versions = past.of(key).filter((change) => change.entry !== null && change.revision > revision).length;
  return past.of(key)[0]?.entry === null ? versions : versions - 1;
};

describe('history', () => {
  it('shows every key at every revision that is kept, as it was then', () => {
    fc.assert(
      fc.property(stepsTaken, retention, (steps, kept) => {
        const { fixture, past } = run(steps, kept);
        const { oldestRevision } = historyOf(fixture.tables);
        for (const key of keys) {
          for (let revision = oldestRevision; revision <= fixture.store.revision; revision += 1) {
            const expected = past.at(key, revision);
            try {
              expect(entryAt(fixture.tables, key, revision)).toEqual(expected);
            } catch (error) {
              if (!(error instanceof RevisionCompacted)) throw error;
              expect(pastVersionsSince(past, key, revision)).toBeGreaterThanOrEqual(kept.maxVersions ?? Infinity);
            }
          }
        }
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });

  it('lists the changes of a key from the newest to the one that made its oldest state', () => {
    fc.assert(
      fc.property(stepsTaken, retention, fc.nat({ max: 250 }), (steps, kept, drawn) => {
        const { fixture, past } = run(steps, kept);
        const { oldestRevision } = historyOf(fixture.tables);
        const before = Math.max(oldestRevision, drawn);
        for (const key of keys) {
          const found = [...changesBefore(fixture.tables, key, before, oldestRevision)];
          const all = past.of(key).filter(({ revision }) => revision < before);
          const oldest = all.findIndex(({ revision }) => revision <= oldestRevision);
          const expected = all.slice(0, oldest === -1 ? all.length : oldest + 1);
          const last = expected.at(-1);
          if (last !== undefined && last.entry === null && last.revision < oldestRevision) expected.pop();
          expect(found.map(({ place, row }) => [place.revision, row.op])).toEqual(
            expected.map(({ revision, entry }) => [revision, entry === null ? 'delete' : 'put']),
          );
        }
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });

  it('keeps what was there within its age, and nothing that nobody can read', () => {
    fc.assert(
      fc.property(stepsTaken, retention, (steps, kept) => {
        const { fixture, past } = run(steps, kept);
        const { tables, store } = fixture;
        const nowMs = 1_000_000 + steps.reduce((sum, { laterMs }) => sum + laterMs, 0);
        // An entry takes some steps at most, and more may be due at once.
        for (let more = 0; more < steps.length / 8; more += 1) {
          const idle = fixture.entry({ kind: 'delete', key: '/none' });
          fixture.applyEntry({ ...idle, timestampUs: nowMs * 1000 });
        }
        const { oldestRevision, sweptTo } = historyOf(tables);
        const begin = nowMs - (kept.maxAgeMs ?? Infinity);
        if (oldestRevision > 1) expect(past.timestamps[oldestRevision]).toBeLessThanOrEqual(begin);
        expect(sweptTo.revision).toBeGreaterThanOrEqual(oldestRevision);
        if (oldestRevision + 8 <= store.revision) expect(past.timestamps[oldestRevision + 8]).toBeGreaterThan(begin);

        const isKept = ({ key, revision }: PastChange): boolean =>
          revision >= oldestRevision ||
          past.changes.some(
            (later) => later.key === key && later.revision > revision && later.revision >= oldestRevision,
          );
        const isLastBefore = ({ key, revision, entry }: PastChange): boolean =>
          entry !== null &&
          !past.changes.some(
            (later) => later.key === key && later.revision > revision && later.revision < oldestRevision,
          );
        const expected = past.changes.filter(
          (change) => change.revision >= oldestRevision || (isKept(change) && isLastBefore(change)),
        );
        expect(tables.range(changesTable, { limit: 1000 }).map(({ key }) => key.revision)).toEqual(
          expected.map(({ revision }) => revision),
        );
        const rows = tables.range(changesTable, { limit: 1000 });
        const landmarks = rows.filter(({ row }) => row.changeNumber % LANDMARK_EVERY === 0);
        expect(
          tables
            .range(landmarksTable, { limit: 1000 })
            .map(({ key }) => key.revision)
            .sort((a, b) => a - b),
        ).toEqual(landmarks.map(({ key }) => key.revision));
        for (const key of keys) {
          const values = tables.range(changesTable, { limit: 1000 }).filter(({ row }) => {
            return row.key === key && row.op === 'put' && row.value !== null;
          });
          expect(values.length).toBeLessThanOrEqual(2 * (kept.maxVersions ?? Infinity) + 1);
        }
        const deleted = keys.filter((key) => {
          const last = past.of(key)[0];
          return last?.entry === null && last.revision >= oldestRevision;
        });
        expect(tables.range(deletedKeysTable, { limit: 10 }).map(({ key }) => key)).toEqual(deleted);
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});
