import { groupId, nodeId } from '@quorate/actor';
import { type FlushableLogStorage, type FlushOutcome, type LogEntry, logIndex, term } from '@quorate/raft';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LmdbLogStorage } from '../src/lmdb-log-storage.ts';
import { LogEnvironment } from '../src/log-environment.ts';
import { entry, plain } from './sample-entries.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A write, or the end of a run of writes. */
type Step =
  | { readonly kind: 'raiseTerm'; readonly votedFor: string | null }
  | { readonly kind: 'append'; readonly lengths: readonly number[] }
  | { readonly kind: 'truncate'; readonly keep: number }
  | { readonly kind: 'beginFlush' }
  | { readonly kind: 'awaitFlush' }
  | { readonly kind: 'reopen' };

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
        keep: fc.double({ min: 0, max: 1, noNaN: true }),
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
  readonly entries: readonly LogEntry[];
}

/** The log as plain data: what was written, what a running flush will have made durable, and what is durable. */
class Model {
  now: Content = { currentTerm: 0, votedFor: null, entries: [] };
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

function expectSame(log: FlushableLogStorage, { currentTerm, votedFor, entries }: Content): void {
  expect(log.hardState).toEqual({ currentTerm, votedFor });
  expect(log.lastIndex).toBe(entries.length);
  const read = log.read(logIndex(1), { maxEntries: 1_000, maxBytes: 100_000_000 });
  expect(read.map(plain)).toEqual(entries.map(plain));
  expect(entries.map(({ index }) => log.termAt(index))).toEqual(entries.map((of) => of.term));
  expect(log.termAt(logIndex(entries.length + 1))).toBeNull();
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
    const { currentTerm, entries } = model.now;
    switch (step.kind) {
      case 'raiseTerm': {
        const votedFor = step.votedFor === null ? null : nodeId(step.votedFor);
        log.setHardState({ currentTerm: term(currentTerm + 1), votedFor });
        return model.write({ currentTerm: currentTerm + 1, votedFor });
      }
      case 'append': {
        const added = step.lengths.map((length, at) => entry(entries.length + 1 + at, currentTerm, 'x'.repeat(length)));
        log.append(added);
        return model.write({ entries: [...entries, ...added] });
      }
      case 'truncate': {
        const kept = Math.floor(entries.length * step.keep);
        log.truncate(logIndex(kept + 1));
        return model.write({ entries: entries.slice(0, kept) });
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
