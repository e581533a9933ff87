import { describe, expect, it } from 'vitest';
import {
  MAX_PAGE_BYTES,
  type Operation,
  readWatchPage,
  WatchAssembly,
  type WatchedChange,
  WatcherIndex,
  type WatchRequest,
} from '../src/index.ts';
import { StoreFixture } from './store-fixture.ts';

const put = (key: string, size = 1): Operation => ({ kind: 'put', key, value: new Uint8Array(size) });

const run = (fixture: StoreFixture, ...then: readonly Operation[]): void => {
  expect(fixture.run({ kind: 'txn', compare: [], then, else: [] }).kind).toBe('txn');
};

const all = (revision: number, ordinal = 0): WatchRequest => ({
  keys: { prefix: '' },
  from: { revision, ordinal },
  filter: null,
  withPrevious: true,
});

const placesOf = (changes: readonly WatchedChange[]): readonly string[] =>
  changes.map(({ revision, ordinal }) => `${revision}.${ordinal}`);

describe('a page of changes', () => {
  it('does not hold the beginning of a transaction that fits into the next one', () => {
    const fixture = new StoreFixture();
    run(fixture, put('/a', MAX_PAGE_BYTES / 2));
    run(fixture, put('/b', MAX_PAGE_BYTES / 4), put('/c', MAX_PAGE_BYTES / 3));
    const first = readWatchPage(fixture.tables, all(1));
    expect([placesOf(first.changes), first.next]).toEqual([['1.0'], { revision: 2, ordinal: 0 }]);
    const second = readWatchPage(fixture.tables, { ...all(1), from: first.next });
    expect([placesOf(second.changes), second.next]).toEqual([['2.0', '2.1'], { revision: 3, ordinal: 0 }]);
  });

  it('leaves out what a change replaced if the two are larger than a page, and only then', () => {
    const fixture = new StoreFixture();
    const large = 512 * 1024;
    run(fixture, put('/a', large));
    run(fixture, put('/a', large));
    run(fixture, { kind: 'delete', keys: { key: '/a' } });
    const pages = [2, 3].map((revision) => readWatchPage(fixture.tables, all(revision)).changes);
    expect(pages.map(([change]) => [change?.previous?.value.length, change?.previousOmitted])).toEqual([
      [undefined, true],
      [large, false],
    ]);
  });

  it('holds a part of a transaction that is larger than a page, which a watcher is given whole', () => {
    const fixture = new StoreFixture();
    const keys = Array.from({ length: 1_000 }, (_, at) => `/${String(at).padStart(4, '0')}${'k'.repeat(990)}`);
    for (let at = 0; at < keys.length; at += 100) run(fixture, ...keys.slice(at, at + 100).map((key) => put(key)));
    run(fixture, { kind: 'delete', keys: { prefix: '/' } });
    run(fixture, put('/after'));
    const assembly = new WatchAssembly(11);
    const first = readWatchPage(fixture.tables, { ...all(11), from: assembly.next });
    expect(first.next).toMatchObject({ revision: 11, ordinal: first.changes.length });
    expect(first.changes[0]?.previous?.key).toBe(keys[0]);
    expect(assembly.take(first)).toEqual([]);
    expect(assembly.seen).toBe(10);
    const whole = [];
    while (assembly.seen < 12) {
      const page = readWatchPage(fixture.tables, { ...all(11), from: assembly.next });
      for (const { revision, previousOmitted } of page.changes) expect(previousOmitted).toBe(revision === 11);
      whole.push(...assembly.take(page));
    }
    expect(whole.map(({ revision, changes }) => [revision, changes.length])).toEqual([
      [11, 1_000],
      [12, 1],
    ]);
    expect(whole[0]?.changes.map(({ key }) => key)).toEqual(keys);
  });

  it('looks at so many changes of others and no more, and says how far it came', () => {
    const fixture = new StoreFixture();
    for (let at = 0; at < 12; at += 1) {
      run(fixture, ...Array.from({ length: 100 }, (_, key) => put(`/other/${key}`)));
    }
    run(fixture, put('/mine'));
    const mine: WatchRequest = { ...all(1), keys: { key: '/mine' } };
    const page = readWatchPage(fixture.tables, mine);
    expect(page.changes).toEqual([]);
    expect(page.next.revision).toBeGreaterThan(1);
    expect(page.next.revision).toBeLessThan(13);
    expect(page.next.ordinal).toBe(0);
  });
});

describe('the index of watchers', () => {
  it('finds those whom a key concerns, and forgets who is removed', () => {
    const index = new WatcherIndex<string>();
    const watching = {
      key: { key: '/a/b' },
      same: { key: '/a/b' },
      other: { key: '/a/c' },
      all: { prefix: '' },
      folder: { prefix: '/a/' },
      longer: { prefix: '/a/b/c' },
      range: { from: '/a/a', to: '/a/b' },
      open: { from: '/a/b', to: null },
    };
    for (const [name, keys] of Object.entries(watching)) index.add(keys, name);
    const found = (key: string): readonly string[] => [...index.watching(key)].sort();
    expect(index.size).toBe(8);
    expect(found('/a/b')).toEqual(['all', 'folder', 'key', 'open', 'same']);
    expect(found('/a/a')).toEqual(['all', 'folder', 'range']);
    expect(found('/')).toEqual(['all']);
    expect([...index.all()].sort()).toEqual(Object.keys(watching).sort());

    for (const name of ['key', 'folder', 'open'] as const) index.delete(watching[name], name);
    index.delete(watching.folder, 'folder');
    expect(found('/a/b')).toEqual(['all', 'same']);
    expect(index.size).toBe(5);
  });
});
