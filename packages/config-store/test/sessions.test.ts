import { logIndex } from '@quorate/raft';
import { describe, expect, it } from 'vitest';
import {
  type Command,
  type CommandResult,
  ConfigStore,
  MAX_SESSION_RESULT_BYTES,
  MAX_SESSION_TTL_MS,
  MAX_SESSION_WRITES,
  MAX_SESSIONS,
  MemoryTables,
  sessionCountTable,
  sessionExpiryTable,
  sessionsTable,
  type Write,
} from '../src/index.ts';
import { bytesOf, jsonCodec, toBytes } from './json-codec.ts';
import { entryAt, resultOf, StoreFixture } from './store-fixture.ts';

const ttlMs = 1_000;

/** A store whose log time a test sets. */
class SessionFixture extends StoreFixture {
  nowMs = 0;

  at(nowMs: number): this {
    this.nowMs = nowMs;
    return this;
  }

  override entry(command: Command): ReturnType<StoreFixture['entry']> {
    return entryAt(this.store.lastApplied + 1, { command: toBytes(command), logTimeMs: this.nowMs });
  }

  open(ttl = ttlMs, salt?: number): number {
    const result = this.run({ kind: 'openSession', ttlMs: ttl, ...(salt === undefined ? {} : { salt }) });
    if (result.kind !== 'openSession') throw new Error(`got ${JSON.stringify(result)}`);
    return result.session;
  }

  write(session: number, sequence: number, floor: number, write: Write = put('/a')): CommandResult {
    return this.run({ ...write, inSession: { session, sequence, floor } });
  }

  get sessions(): readonly number[] {
    return this.tables.range(sessionsTable, { limit: MAX_SESSIONS }).map(({ key }) => key);
  }
}

const put = (key: string, value = 'x'): Write => ({ kind: 'put', key, value: bytesOf(value) });

const codeOf = (result: CommandResult): string => (result.kind === 'failed' ? result.error.code : result.kind);

it('a session of another cluster, which was opened by an entry with the same index, is none here', () => {
  const [before, now] = [new SessionFixture(), new SessionFixture()];
  const old = before.open(ttlMs, 4_011);
  const session = now.open(ttlMs, 2 ** 52 - 1);
  expect([old, session]).toEqual([4_012, 2 ** 52]);
  expect(codeOf(now.write(old, 1, 0))).toBe('SessionExpired');
  expect(codeOf(now.write(session, 1, 0))).toBe('put');
  for (const salt of [-1, 0.5, 2 ** 52]) {
    expect(now.run({ kind: 'openSession', ttlMs, salt })).toMatchObject({ error: { code: 'InvalidSession' } });
  }
});

describe('a write of a session', () => {
  it('is done once, and has the same result whenever it comes again', () => {
    const fixture = new SessionFixture();
    const session = fixture.open();
    expect(fixture.write(session, 1, 0)).toEqual({ kind: 'put', revision: 1 });
    fixture.put('/b');
    const again = fixture.applyEntry(fixture.entry({ ...put('/a'), inSession: { session, sequence: 1, floor: 0 } }));
    expect(resultOf(again)).toEqual({ kind: 'put', revision: 1 });
    expect(again.noticeCount).toBe(0);
    expect(fixture.store.revision).toBe(2);
    expect(fixture.get('/a').entry?.version).toBe(1);
  });

  it.each<[string, Write, CommandResult['kind']]>([
    ['delete', { kind: 'delete', key: '/there' }, 'delete'],
    ['txn', { kind: 'txn', compare: [], then: [{ kind: 'put', key: '/a', value: bytesOf('x') }], else: [] }, 'txn'],
    ['setRetention', { kind: 'setRetention', retention: { maxAgeMs: 5, maxVersions: null } }, 'setRetention'],
    ['compact', { kind: 'compact', revision: 1 }, 'compact'],
  ])('may be a %s', (_, write, kind) => {
    const fixture = new SessionFixture();
    const session = fixture.open();
    fixture.put('/there');
    const first = fixture.write(session, 1, 0, write);
    expect(first.kind).toBe(kind);
    const { revision } = fixture.store;
    fixture.put('/there');
    expect(fixture.write(session, 1, 0, write)).toEqual(first);
    expect(fixture.store.revision).toBe(revision + 1);
  });

  it('that failed has failed for good: what it compares may hold by now, and its client knows already that it did not', () => {
    const fixture = new SessionFixture();
    const session = fixture.open();
    fixture.put('/a');
    const create: Write = { kind: 'put', key: '/a', value: bytesOf('x'), ifRevision: 0 };
    const failure = fixture.write(session, 1, 0, create);
    expect(codeOf(failure)).toBe('RevisionMismatch');
    fixture.delete('/a');
    expect(fixture.write(session, 1, 0, create)).toEqual(failure);
    expect(fixture.get('/a').entry).toBeNull();
  });

  it('may overtake another, of its own session and of others', () => {
    const fixture = new SessionFixture();
    const [one, other] = [fixture.open(), fixture.open()];
    expect(fixture.write(one, 3, 0)).toEqual({ kind: 'put', revision: 1 });
    expect(fixture.write(one, 1, 0)).toEqual({ kind: 'put', revision: 2 });
    expect(fixture.write(other, 1, 0)).toEqual({ kind: 'put', revision: 3 });
    expect(fixture.write(one, 2, 0)).toEqual({ kind: 'put', revision: 4 });
    expect([3, 1, 2].map((sequence) => fixture.write(one, sequence, 0))).toEqual(
      [1, 2, 4].map((revision) => ({ kind: 'put', revision })),
    );
    expect(fixture.write(other, 1, 0)).toEqual({ kind: 'put', revision: 3 });
  });

  it('is not done at or below the floor, which never falls', () => {
    const fixture = new SessionFixture();
    const session = fixture.open();
    fixture.write(session, 1, 0);
    fixture.write(session, 4, 3);
    // The first of these was done and is forgotten, the others were not: nobody waits for any of them.
    for (const sequence of [1, 2, 3]) expect(codeOf(fixture.write(session, sequence, 0))).toBe('SequencePassed');
    expect(fixture.store.revision).toBe(2);
    expect(fixture.write(session, 4, 0)).toEqual({ kind: 'put', revision: 2 });
    expect(fixture.write(session, 5, 1)).toEqual({ kind: 'put', revision: 3 });
    expect(codeOf(fixture.write(session, 3, 0))).toBe('SequencePassed');
  });

  it('keeps results above the floor alone', () => {
    const fixture = new SessionFixture();
    const session = fixture.open();
    const kept = (): readonly number[] | undefined =>
      fixture.tables.get(sessionsTable, session)?.results.map(({ sequence }) => sequence);
    for (const sequence of [1, 2, 3, 4]) fixture.write(session, sequence, 0);
    expect(kept()).toEqual([1, 2, 3, 4]);
    fixture.write(session, 5, 2);
    expect(kept()).toEqual([3, 4, 5]);
    fixture.run({ kind: 'keepSession', session, floor: 5 });
    expect(kept()).toEqual([]);
    fixture.write(session, 1_000_000, 999_999);
    expect(kept()).toEqual([1_000_000]);
  });
});

describe('the time of a session', () => {
  it('is over when the log has not heard of it for so long', () => {
    const fixture = new SessionFixture().at(5_000);
    const session = fixture.open();
    expect(codeOf(fixture.at(5_999).write(session, 1, 0))).toBe('put');
    expect(codeOf(fixture.at(6_998).write(session, 2, 0))).toBe('put');
    const refused = fixture.at(7_998).write(session, 3, 0);
    expect(refused).toMatchObject({ error: { code: 'SessionExpired', details: { session: String(session) } } });
    expect(codeOf(fixture.write(session, 2, 0))).toBe('SessionExpired');
    expect(fixture.store.revision).toBe(2);
    expect(fixture.sessions).toEqual([]);
  });

  it('does not pass while nobody leads: wall clocks have no say', () => {
    const fixture = new SessionFixture().at(5_000);
    const session = fixture.open();
    const command = toBytes({ ...put('/a'), inSession: { session, sequence: 1, floor: 0 } });
    const dayLater = { ...entryAt(2, { command, logTimeMs: 5_999 }), timestampUs: 2_000_000_000_000_000 };
    expect(codeOf(resultOf(fixture.applyEntry(dayLater)))).toBe('put');
  });

  it('begins anew with each write and each sign of life, also of writes that were done before', () => {
    const fixture = new SessionFixture();
    const session = fixture.open();
    fixture.at(900).write(session, 1, 0);
    fixture.at(1_800).write(session, 1, 0);
    expect(codeOf(fixture.at(2_700).run({ kind: 'keepSession', session, floor: 0 }))).toBe('keepSession');
    expect(codeOf(fixture.at(3_699).write(session, 1, 0))).toBe('put');
    expect(codeOf(fixture.at(4_699).run({ kind: 'keepSession', session, floor: 0 }))).toBe('SessionExpired');
  });

  it('is looked at by entries of any kind', () => {
    const fixture = new SessionFixture();
    fixture.open();
    fixture.applyEntry(entryAt(2, { kind: 'noop', logTimeMs: 999 }));
    expect(fixture.sessions).toEqual([1]);
    fixture.applyEntry(entryAt(3, { kind: 'noop', logTimeMs: 1_000 }));
    expect(fixture.sessions).toEqual([]);
    expect(fixture.tables.range(sessionExpiryTable, { limit: 9 })).toEqual([]);
    expect(fixture.tables.get(sessionCountTable, null)).toBe(0);
  });

  it('is over for all of many at once, though each entry clears away a few', () => {
    const fixture = new SessionFixture();
    const sessions = Array.from({ length: 40 }, () => fixture.open());
    fixture.at(1_000).applyEntry(entryAt(41, { kind: 'noop', logTimeMs: 1_000 }));
    expect(fixture.sessions.length).toBe(24);
    for (const session of sessions) expect(codeOf(fixture.write(session, 1, 0))).toBe('SessionExpired');
    expect(fixture.sessions).toEqual([]);
    expect(fixture.store.revision).toBe(0);
  });

  it('is each session’s own', () => {
    const fixture = new SessionFixture();
    const [short, long] = [fixture.open(1_000), fixture.open(5_000)];
    fixture.at(1_500).put('/x');
    expect(fixture.sessions).toEqual([long]);
    const latest = fixture.open(1_000);
    expect(fixture.at(2_499).sessions).toEqual([long, latest]);
    fixture.at(2_500).put('/x');
    expect(fixture.sessions).toEqual([long]);
    expect(codeOf(fixture.write(short, 1, 0))).toBe('SessionExpired');
    expect(codeOf(fixture.write(long, 1, 0))).toBe('put');
  });
});

describe('a session', () => {
  it('is named by the entry that opened it; opened twice there are two', () => {
    const fixture = new SessionFixture();
    fixture.put('/x');
    expect([fixture.open(), fixture.open()]).toEqual([2, 3]);
    expect(fixture.write(2, 1, 0)).toEqual({ kind: 'put', revision: 2 });
    expect(fixture.write(3, 1, 0)).toEqual({ kind: 'put', revision: 3 });
  });

  it('that is closed is gone, and closing it again is fine', () => {
    const fixture = new SessionFixture();
    const [one, other] = [fixture.open(), fixture.open()];
    fixture.write(one, 1, 0);
    expect(fixture.run({ kind: 'closeSession', session: one })).toEqual({ kind: 'closeSession' });
    expect(codeOf(fixture.write(one, 1, 0))).toBe('SessionExpired');
    expect(codeOf(fixture.write(one, 2, 0))).toBe('SessionExpired');
    expect(fixture.run({ kind: 'closeSession', session: one })).toEqual({ kind: 'closeSession' });
    expect(fixture.run({ kind: 'closeSession', session: 999 })).toEqual({ kind: 'closeSession' });
    expect(fixture.sessions).toEqual([other]);
    expect(fixture.tables.get(sessionCountTable, null)).toBe(1);
    expect(fixture.tables.range(sessionExpiryTable, { limit: 9 }).length).toBe(1);
  });

  it('is unknown if no entry opened it', () => {
    const fixture = new SessionFixture();
    fixture.put('/x');
    expect(codeOf(fixture.write(1, 1, 0))).toBe('SessionExpired');
    expect(codeOf(fixture.write(7, 1, 0))).toBe('SessionExpired');
    expect(fixture.store.revision).toBe(1);
  });

  it('lives in the tables and nowhere else: whoever has them goes on', () => {
    const fixture = new SessionFixture();
    const session = fixture.open();
    fixture.write(session, 1, 0);
    fixture.write(session, 3, 0);
    const successor = new ConfigStore({ tables: fixture.tables, codec: jsonCodec, stream: 'main.config' });
    const applied = [3, 2].map((sequence, at) => {
      const command = toBytes({ ...put('/a'), inSession: { session, sequence, floor: 0 } });
      return resultOf(
        successor.apply([entryAt(4 + at, { command, logTimeMs: 0 })])[0] ?? fixture.applyEntry(entryAt(0)),
      );
    });
    expect(applied).toEqual([
      { kind: 'put', revision: 2 },
      { kind: 'put', revision: 3 },
    ]);
    // What it does not know of when it begins expires as well.
    successor.apply([entryAt(6, { kind: 'noop', logTimeMs: 1_000 })]);
    expect(fixture.sessions).toEqual([]);
  });

  it('is what a snapshot says of it, whatever was known before that', () => {
    const fixture = new SessionFixture();
    const session = fixture.open();
    fixture.write(session, 1, 0);
    fixture.tables.transaction((writer) => {
      const row = writer.get(sessionsTable, session);
      if (row === null) throw new Error('the session has no row');
      const [kept] = row.results;
      if (kept === undefined) throw new Error('it keeps no result');
      writer.put(sessionsTable, session, { ...row, results: [kept, { ...kept, sequence: 2 }] });
      writer.setProgress({ ...writer.progress, lastApplied: logIndex(9) });
    });
    expect(fixture.write(session, 2, 0)).toEqual({ kind: 'put', revision: 1 });
    expect(fixture.store.revision).toBe(1);
  });

  it('has not done what a batch was to do that failed', () => {
    const fixture = new SessionFixture();
    const session = fixture.open();
    fixture.write(session, 1, 0);
    const command = toBytes({ ...put('/b'), inSession: { session, sequence: 2, floor: 1 } });
    const batch = [entryAt(3, { command, logTimeMs: 0 }), entryAt(5, { command, logTimeMs: 0 })];
    expect(() => fixture.store.apply(batch)).toThrow('entry 5 cannot be applied after 3');
    expect(fixture.store.lastApplied).toBe(2);
    expect(fixture.write(session, 2, 0)).toEqual({ kind: 'put', revision: 2 });
    expect(fixture.write(session, 1, 0)).toEqual({ kind: 'put', revision: 1 });
  });

  it('and its like are so many at most, of which those that have expired are none', () => {
    const tables = new MemoryTables();
    const store = new ConfigStore({ tables, codec: jsonCodec, stream: 'main.config' });
    const open = toBytes({ kind: 'openSession', ttlMs });
    const openAt = (logTimeMs: number, count: number): readonly string[] => {
      const first = store.lastApplied + 1;
      const entries = Array.from({ length: count }, (_, at) => entryAt(first + at, { command: open, logTimeMs }));
      return store.apply(entries).map((applied) => codeOf(resultOf(applied)));
    };
    expect(new Set(openAt(0, MAX_SESSIONS))).toEqual(new Set(['openSession']));
    expect(openAt(999, 1)).toEqual(['TooManySessions']);
    expect(openAt(1_000, 2)).toEqual(['openSession', 'openSession']);
  });
});

describe('results', () => {
  const read: Write = {
    kind: 'txn',
    compare: [],
    then: [{ kind: 'list', keys: { prefix: '/large' }, limit: 1 }],
    else: [],
  };
  const large = 'x'.repeat(300 * 1024);

  it('that are large are kept to a limit; a write whose result has no room is not done, and stays so', () => {
    const fixture = new SessionFixture();
    const session = fixture.open();
    fixture.put('/large', bytesOf(large));
    const readAndPut: Write = { ...read, then: [...read.then, { kind: 'put', key: '/a', value: bytesOf('x') }] };
    expect(fixture.write(session, 1, 0, readAndPut).kind).toBe('txn');
    expect(fixture.write(session, 2, 0, readAndPut).kind).toBe('txn');
    const refused = fixture.write(session, 3, 0, readAndPut);
    expect(refused).toMatchObject({
      error: { code: 'SessionResultsTooLarge', details: { limitBytes: MAX_SESSION_RESULT_BYTES } },
    });
    expect(fixture.get('/a').entry?.version).toBe(2);
    expect(fixture.write(session, 4, 0).kind).toBe('put');
    expect(fixture.write(session, 5, 1, readAndPut).kind).toBe('txn');
    expect(fixture.write(session, 3, 1, readAndPut)).toEqual(refused);
  });

  it('take no more than a row may: as many small ones as there can be, and the large ones', () => {
    expect(MAX_SESSION_WRITES * 2048 + MAX_SESSION_RESULT_BYTES).toBeLessThan(4 * 1024 * 1024 - 128 * 1024);
  });
});

describe('what makes no sense', () => {
  const inSession = (session: number, sequence: number, floor: number): Command => ({
    ...put('/a'),
    inSession: { session, sequence, floor },
  });

  it.each<[string, Command, string]>([
    ['no id', inSession(0, 1, 0), 'InvalidSession'],
    ['half an id', inSession(1.5, 1, 0), 'InvalidSession'],
    ['a sequence at its own floor', inSession(1, 3, 3), 'InvalidSession'],
    ['a sequence that is no integer', inSession(1, 1.5, 0), 'InvalidSession'],
    ['a floor below none', inSession(1, 1, -1), 'InvalidSession'],
    ['too far ahead of its floor', inSession(1, MAX_SESSION_WRITES + 3, 2), 'SessionWindowExceeded'],
    ['no time at all', { kind: 'openSession', ttlMs: 0 }, 'InvalidSession'],
    ['more time than there is', { kind: 'openSession', ttlMs: MAX_SESSION_TTL_MS + 1 }, 'InvalidSession'],
    ['to keep none', { kind: 'keepSession', session: 0, floor: 0 }, 'InvalidSession'],
    ['to keep one with a floor that is none', { kind: 'keepSession', session: 1, floor: 0.5 }, 'InvalidSession'],
    ['to close none', { kind: 'closeSession', session: -1 }, 'InvalidSession'],
  ])('is refused: %s', (_, command, code) => {
    const fixture = new SessionFixture();
    fixture.open();
    expect(codeOf(fixture.run(command))).toBe(code);
    expect(fixture.store.revision).toBe(0);
  });

  it('is not as far ahead of its floor as may be', () => {
    const fixture = new SessionFixture();
    const session = fixture.open();
    expect(codeOf(fixture.write(session, MAX_SESSION_WRITES + 2, 2))).toBe('put');
  });
});
