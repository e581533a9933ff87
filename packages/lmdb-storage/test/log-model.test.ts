import { groupId, nodeId } from '@quorate/actor';
import {
  type FlushableLogStorage,
  type FlushOutcome,
  type LogEntry,
  logIndex,
  type SnapshotRecord,
  term,
} from '@quorate/raft';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LmdbLogStorage } from '../src/lmdb-log-storage.ts';
import { LogEnvironment } from '../src/log-environment.ts';
import { snapshotAt } from './log-compaction-suite.ts';
import { entry, plain } from './sample-entries.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A write, or the end of a run of writes. */
type Step =
  | { readonly kind: 'raiseTerm'; readonly votedFor: string | null }
  | { readonly kind: 'append'; readonly lengths: readonly number[] }
  | { readonly kind: 'truncate'; readonly keep: number }
  | { readonly kind: 'setSnapshot'; readonly at: number }
  | { readonly kind: 'compact'; readonly through: number }
  | { readonly kind: 'installSnapshot'; readonly ahead: number; readonly isHeld: boolean }
  | { readonly kind: 'beginFlush' }
  | { readonly kind: 'awaitFlush' }
  | { readonly kind: 'reopen' };

const share = fc.double({ min: 0, max: 1, noNaN: true });

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('raiseTerm' as const), votedFor: fc.constantFrom(null, 'n1', 'n2') }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('append' as const),
        lengths: fc.array(fc.integer({ min: 0, max: 6_000 }), { maxLength: 5 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('truncate' as const),
        keep: share,
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('setSnapshot' as const), at: share }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('compact' as const), through: share }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('installSnapshot' as const),
        ahead: fc.integer({ min: -3, max: 3 }),
        isHeld: fc.boolean(),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('beginFlush' as const) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('awaitFlush' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  ),
  { minLength: 1, maxLength: 40 },
);

interface Content {
  readonly currentTerm: number;
  readonly votedFor: string | null;
  /** The entry before the first that is held. */
  readonly base: { readonly index: number; readonly term: number };
  readonly entries: readonly LogEntry[];
  readonly snapshot: SnapshotRecord | null;
}

const lastIndexOf = ({ base, entries }: Content): number => base.index + entries.length;
const termAt = ({ base, entries }: Content, index: number): number | undefined =>
  index === base.index ? base.term : entries[index - base.index - 1]?.term;

/** The same content, with a log that begins after one of its entries, or after another in its place. */
const after = (content: Content, index: number, ofTerm: number): Content => ({
  ...content,
  base: { index, term: ofTerm },
  entries: termAt(content, index) === ofTerm ? content.entries.slice(index - content.base.index) : [],
});

/** The log as plain data: what was written, what a running flush will have made durable, and what is durable. */
class Model {
  now: Content = { currentTerm: 0, votedFor: null, base: { index: 0, term: 0 }, entries: [], snapshot: null };
  inFlight: Content | null = null;
  durable: Content = this.now;

  write(change: Partial<Content>): void {
    this.now = { ...this.now, ...change };
  }
}

/** The log in its environment, opened anew at will. */
class Subject {
  readonly #path = temporaryFolder();
  readonly #recentEntriesBytes: number;
  #environment: LogEnvironment | null = null;
  #flush: Promise<FlushOutcome> | null = null;

  constructor(recentEntriesBytes: number) {
    this.#recentEntriesBytes = recentEntriesBytes;
  }

  open(): FlushableLogStorage {
    this.#environment = new LogEnvironment(this.#path);
    return new LmdbLogStorage(this.#environment, groupId('config'), this.#recentEntriesBytes);
  }

  beginFlush(log: FlushableLogStorage): void {
    this.#flush = new Promise((resolve) => log.flush(resolve));
  }

  async awaitFlush(): Promise<FlushOutcome | null> {
    const outcome = await this.#flush;
    this.#flush = null;
    return outcome;
  }

  async close(): Promise<void> {
    await this.#environment?.close();
  }
}

function expectSame(log: FlushableLogStorage, content: Content): void {
  const { currentTerm, votedFor, base, entries, snapshot } = content;
  const lastIndex = lastIndexOf(content);
  expect(log.hardState).toEqual({ currentTerm, votedFor });
  expect([log.firstIndex, log.lastIndex, log.snapshot]).toEqual([base.index + 1, lastIndex, snapshot]);
  const read = log.read(log.firstIndex, { maxEntries: 1_000, maxBytes: 100_000_000 });
  expect(read.map(plain)).toEqual(entries.map(plain));
  expect(entries.map(({ index }) => log.termAt(index))).toEqual(entries.map((of) => of.term));
  expect(log.termAt(logIndex(base.index))).toBe(base.term);
  if (base.index > 0) expect(log.termAt(logIndex(base.index - 1))).toBeNull();
  expect(log.termAt(logIndex(lastIndex + 1))).toBeNull();
}

async function run(sequence: readonly Step[], recentEntriesBytes: number): Promise<void> {
  const model = new Model();
  const subject = new Subject(recentEntriesBytes);
  let log = subject.open();
  const awaitFlush = async (): Promise<void> => {
    if (model.inFlight === null) return;
    expect((await subject.awaitFlush())?.kind).toBe('flushed');
    model.durable = model.inFlight;
    model.inFlight = null;
  };
  const apply = async (step: Step): Promise<void> => {
    const { now } = model;
    const { currentTerm, base, entries, snapshot } = now;
    const lastIndex = lastIndexOf(now);
    const covered = snapshot?.index ?? 0;
    switch (step.kind) {
      case 'raiseTerm': {
        const votedFor = step.votedFor === null ? null : nodeId(step.votedFor);
        log.setHardState({ currentTerm: term(currentTerm + 1), votedFor });
        return model.write({ currentTerm: currentTerm + 1, votedFor });
      }
      case 'append': {
        const added = step.lengths.map((length, at) => entry(lastIndex + 1 + at, currentTerm, 'x'.repeat(length)));
        log.append(added);
        return model.write({ entries: [...entries, ...added] });
      }
      case 'truncate': {
        // What a snapshot covers is committed, and stays.
        const kept = covered + Math.floor((lastIndex - covered) * step.keep);
        log.truncate(logIndex(kept + 1));
        return model.write({ entries: entries.slice(0, kept - base.index) });
      }
      case 'setSnapshot': {
        const index = covered + Math.floor((lastIndex - covered) * step.at);
        if (index === 0) return;
        const record = snapshotAt(index, termAt(now, index) ?? 0);
        log.setSnapshot(record);
        return model.write({ snapshot: record });
      }
      case 'compact': {
        const through = base.index + Math.floor((covered - base.index) * step.through);
        log.compact(logIndex(through));
        return model.write(after(now, through, termAt(now, through) ?? 0));
      }
      case 'installSnapshot': {
        const index = Math.max(covered + 1, lastIndex + step.ahead);
        const held = step.isHeld ? termAt(now, index) : undefined;
        const record = snapshotAt(index, held ?? currentTerm);
        log.installSnapshot(record);
        return model.write({ ...after(now, index, record.term), snapshot: record });
      }
      case 'beginFlush': {
        await awaitFlush();
        model.inFlight = model.now;
        return subject.beginFlush(log);
      }
      case 'awaitFlush':
        return await awaitFlush();
      case 'reopen': {
        await awaitFlush();
        await subject.close();
        log = subject.open();
        model.now = model.durable;
        return;
      }
    }
  };
  try {
    for (const step of [...sequence, { kind: 'reopen' } as const]) {
      await apply(step);
      expectSame(log, model.now);
    }
  } finally {
    await subject.close();
  }
}

test.each([0, 8_000, 1_000_000])('behaves as a plain list does, with %i bytes for recent entries', async (bytes) => {
  await fc.assert(
    fc.asyncProperty(steps, (sequence) => run(sequence, bytes)),
    { numRuns: 100 },
  );
});
