import type { StreamNotice } from '@quorate/raft';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, keyTokens } from '../src/index.ts';
import { bytesOf, fromBytes } from './json-codec.ts';
import { entryAt, StoreFixture, timeOf } from './store-fixture.ts';

const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the tokens of a key', () => {
  it.each([
    ['/app/db/url', 'app.db.url'],
    ['app/db', 'app.db'],
    ['/', '%'],
    ['//', '%.%'],
    ['/a/', 'a.%'],
    ['//a', '%.a'],
    ['a//b', 'a.%.b'],
    ['/a.b/*/>', 'a%2Eb.%2A.%3E'],
    ['/it’s 100%', 'it%E2%80%99s%20100%25'],
    ["/(!~')_-", '%28%21%7E%27%29_-'],
    ['/\u{1f600}', '%F0%9F%98%80'],
  ])('of %j are %s', (key, tokens) => {
    expect(keyTokens(key)).toBe(tokens);
  });

  it('are always a subject that can be published to, and tell any two keys apart but for the leading slash', () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(key, key, (a, b) => {
        for (const token of keyTokens(a).split('.')) expect(token).toMatch(/^[A-Za-z0-9_%-]+$/);
        expect(keyTokens(a) === keyTokens(b)).toBe(a.replace(/^\//, '') === b.replace(/^\//, ''));
      }),
    );
  });

  it('stay within what nats-server takes in one line', () => {
    const worst = ['é'.repeat(512), '*'.repeat(1024), '/'.repeat(1024), 'a/'.repeat(512)];
    for (const key of worst) expect(keyTokens(key).length).toBeLessThanOrEqual(3072);
  });
});

const noticesOf = (fixture: StoreFixture, command: Command): readonly StreamNotice[] => {
  const { noticeCount, notices } = fixture.applyEntry(fixture.entry(command));
  expect(noticeCount).toBe(notices().length);
  return notices();
};

describe('the notices of changes', () => {
  const place = { revision: 2, ordinal: 0, changeCount: 1, index: 2, timestampUs: timeOf(2) };
  const none = { lease: null, contentType: null };

  it('carry a put with its value, revisions, version, index and time', () => {
    const fixture = new StoreFixture();
    fixture.put('/app/name', bytesOf('one'));
    const notices = noticesOf(fixture, { kind: 'put', key: '/app/name', value: bytesOf('two') });
    expect(notices.map(({ subject, headers }) => ({ subject, headers }))).toEqual([
      {
        subject: 'app.name',
        headers: { 'Nats-Msg-Id': 'main.config.2.0', 'Quorate-Revision': '2', 'Quorate-Timestamp-Us': `${timeOf(2)}` },
      },
    ]);
    expect(notices.map((notice) => fromBytes(notice.body))).toEqual([
      { op: 'put', key: '/app/name', value: bytesOf('two'), ...none, createRevision: 1, version: 2, ...place },
    ]);
  });

  it('carry a delete with the revision that it made', () => {
    const fixture = new StoreFixture();
    fixture.put('/a');
    const notices = noticesOf(fixture, { kind: 'delete', key: '/a' });
    expect(notices.map((notice) => fromBytes(notice.body))).toEqual([{ op: 'delete', key: '/a', ...place }]);
    expect(notices[0]?.headers['Nats-Msg-Id']).toBe('main.config.2.0');
  });

  it('are not made where nothing changed', () => {
    const fixture = new StoreFixture();
    const silent = [
      fixture.applyEntry(fixture.entry({ kind: 'delete', key: '/a' })),
      fixture.applyEntry(fixture.entry({ kind: 'put', key: '/a', value: bytesOf(''), ifRevision: 7 })),
      fixture.applyEntry(entryAt(3, { kind: 'noop' })),
      fixture.applyEntry(entryAt(4, { command: bytesOf('garbage') })),
    ];
    expect(silent.map((applied) => applied.notices())).toEqual([[], [], [], []]);
  });

  it('carry the entry’s traceparent, and nothing that is none', () => {
    const fixture = new StoreFixture();
    const headersWith = (fields: Record<string, string | number>): Readonly<Record<string, string>> | undefined => {
      const entry = fixture.entry({ kind: 'put', key: '/a', value: bytesOf('') }, fields);
      return fixture.applyEntry(entry).notices()[0]?.headers;
    };
    expect(headersWith({ traceparent: trace, other: 'kept out' })).toEqual({
      'Nats-Msg-Id': 'main.config.1.0',
      'Quorate-Revision': '1',
      'Quorate-Timestamp-Us': `${timeOf(1)}`,
      traceparent: trace,
    });
    expect(headersWith({ traceparent: `${trace}\r\nNats-Rollup: all` })).not.toHaveProperty('traceparent');
    expect(headersWith({ traceparent: 7 })).not.toHaveProperty('traceparent');
  });
});
