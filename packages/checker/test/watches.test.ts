import { describe, expect, it } from 'vitest';
import { checkWatch, type HistoryRevision, type RecordedWatch, type WatchEvent } from '../src/index.ts';

const put = (key: string, value: string) => ({ key, op: 'put', value }) as const;
const remove = (key: string) => ({ key, op: 'delete' }) as const;

const history: readonly HistoryRevision[] = [
  { revision: 1, changes: [put('/a', 'a1')] },
  { revision: 2, changes: [put('/other', 'o')] },
  { revision: 3, changes: [put('/a', 'a3'), put('/b', 'b3'), put('/other', 'o3')] },
  { revision: 4, changes: [remove('/a')] },
  { revision: 5, changes: [put('/a', 'a5')] },
];

const opened = (from: number): WatchEvent => ({ kind: 'opened', from });
const progress = (revision: number): WatchEvent => ({ kind: 'progress', revision });
const given = (
  revision: number,
  ...changes: Extract<WatchEvent, { kind: 'given' }>['changes'][number][]
): WatchEvent => ({ kind: 'given', revision, changes });

const first = given(1, { ...put('/a', 'a1'), previous: null });
const third = given(3, { ...put('/a', 'a3'), previous: 'a1' }, { ...put('/b', 'b3'), previous: null });
const fourth = given(4, { ...remove('/a'), previous: 'a3' });
const fifth = given(5, { ...put('/a', 'a5'), previous: null });

const watch = (...events: readonly WatchEvent[]): RecordedWatch => ({
  selects: (key) => key !== '/other',
  filter: null,
  events,
});

describe('a watch', () => {
  it.each([
    ['all at once', [opened(1), first, third, fourth, fifth]],
    ['only a part so far', [opened(1), first]],
    ['from the middle', [opened(2), third, progress(3), fourth]],
    ['opened again where it was, and earlier', [opened(1), first, opened(2), progress(2), third, opened(1), first]],
    ['progress alone', [opened(2), progress(2)]],
    ['values that were not kept', [opened(5), given(5, { key: '/a', op: 'put', value: null })]],
  ])('that saw %s kept its promises', (_what, events) => {
    expect(checkWatch(history, watch(...events))).toBeNull();
  });

  it('of one kind of change is to see that alone', () => {
    const deletes = { ...watch(opened(1), fourth, progress(5)), filter: 'delete' } as const;
    expect(checkWatch(history, deletes)).toBeNull();
    const puts = { ...deletes, filter: 'put' } as const;
    expect(checkWatch(history, puts)).toMatchObject({ guarantee: 'resumable' });
  });

  it.each([
    ['ordered', 'an older revision later', [opened(1), first, third, given(2)], 3],
    ['ordered', 'a transaction in another order', [opened(3), given(3, put('/b', 'b3'), put('/a', 'a3'))], 1],
    ['unique', 'a revision twice', [opened(1), first, first], 2],
    ['unique', 'a change twice in one', [opened(1), given(1, put('/a', 'a1'), put('/a', 'a1'))], 1],
    ['atomic', 'half a transaction', [opened(3), given(3, put('/a', 'a3')), fourth], 1],
    ['reliable', 'nothing of a revision', [opened(1), first, third, fifth], 3],
    ['resumable', 'a gap after it went on', [opened(1), first, opened(2), fourth], 3],
    ['resumable', 'more than it asked for', [opened(4), third], 1],
    ['bookmarked', 'progress ahead of what came', [opened(1), first, progress(3), third], 2],
    ['bookmarked', 'what was said to have come', [opened(1), first, progress(2), given(2, put('/a', 'x'))], 3],
    ['filtered', 'what it did not want', [opened(2), given(2, put('/other', 'o'))], 1],
    ['committed', 'what never happened', [opened(1), given(1, put('/b', 'x'))], 1],
    ['committed', 'another value', [opened(1), given(1, put('/a', 'x'))], 1],
    ['committed', 'a delete for a put', [opened(1), given(1, remove('/a'))], 1],
    ['previous', 'another previous value', [opened(4), given(4, { ...remove('/a'), previous: 'a1' })], 1],
    [
      'previous',
      'a previous value where there was none',
      [opened(5), given(5, { ...put('/a', 'a5'), previous: 'a3' })],
      1,
    ],
  ] as const)('is not %s if it saw %s', (guarantee, _what, events, at) => {
    expect(checkWatch(history, watch(...events))).toMatchObject({ guarantee, event: at });
  });

  it('cannot be judged by a history with a hole', () => {
    expect(() => checkWatch(history.slice(1), watch(opened(1)))).toThrow(RangeError);
  });
});
