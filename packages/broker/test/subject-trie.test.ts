import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isValidSubject } from '../src/subject.ts';
import { type Listener, SubjectTrie } from '../src/subject-trie.ts';

function listenerTo(subject: string, queue?: string): Listener {
  return { subject, queue };
}

/** The definition of a match, token by token. */
function matches(pattern: readonly string[], subject: readonly string[]): boolean {
  const [first, ...others] = pattern;
  if (first === '>') return subject.length > 0;
  if (first === undefined || subject.length === 0) return first === undefined && subject.length === 0;
  return (first === '*' || first === subject[0]) && matches(others, subject.slice(1));
}

const token = fc.constantFrom('a', 'b', 'c');
const subject = fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.'));
const pattern = fc
  .array(fc.constantFrom('a', 'b', 'c', '*', '>'), { minLength: 1, maxLength: 4 })
  .map((tokens) => tokens.join('.'))
  .filter(isValidSubject);

test('finds exactly the listeners that match, also after some have gone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(pattern, fc.boolean()), { maxLength: 20 }),
      fc.array(subject),
      (patterns, subjects) => {
        const trie = new SubjectTrie<Listener>();
        const entries = patterns.map(([text, stays]) => ({ listener: listenerTo(text), stays }));
        for (const { listener } of entries) trie.add(listener);
        for (const { listener, stays } of entries) if (!stays) trie.remove(listener);
        for (const published of subjects) {
          const expected = entries
            .filter(({ stays }) => stays)
            .map(({ listener }) => listener)
            .filter((listener) => matches(listener.subject.split('.'), published.split('.')));
          expect(new Set(trie.match(published).everyone)).toEqual(new Set(expected));
          expect(trie.match(published).everyone.length).toBe(expected.length);
        }
      },
    ),
  );
});

test('puts the members of a queue group together, whatever their subjects', () => {
  const trie = new SubjectTrie<Listener>();
  const members = [listenerTo('a.b', 'q'), listenerTo('a.*', 'q'), listenerTo('>', 'q')];
  const other = listenerTo('a.b', 'other');
  for (const listener of [...members, other]) trie.add(listener);
  const { everyone, groups } = trie.match('a.b');
  expect(everyone).toEqual([]);
  expect(groups.map((group) => new Set(group))).toEqual(expect.arrayContaining([new Set(members), new Set([other])]));
  expect(groups.length).toBe(2);
});

test.each(['', '.', 'a.', '.a', 'a..b', 'a.>.b', '>.a'])('%j is no valid subject', (text) => {
  expect(isValidSubject(text)).toBe(false);
});

test.each(['a', 'a.b', '*', '>', 'a.*.b', 'a.>', 'a*', 'a>.b'])('%j is a valid subject', (text) => {
  expect(isValidSubject(text)).toBe(true);
});
