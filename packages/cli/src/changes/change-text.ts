import { isUtf8 } from 'node:buffer';
import { createTwoFilesPatch } from 'diff';
import { escaped } from '../output/preview.ts';
import type { PlannedChange, WantedValue } from './planned-change.ts';

/** One side of a difference: what a key holds, and how that is called. */
export interface Side {
  readonly name: string;
  /** Null if the key does not exist there. */
  readonly held: WantedValue | null;
}

/** The difference between two values of a key, as unified diffs have it, with a line end behind each line. Empty if there is none. */
export function differenceText(key: string, before: Side, after: Side): string {
  const head = [before, after].map(({ name, held }) => (held === null ? 'nothing' : `${escaped(key)} (${name})`));
  const types = [before, after].map(({ held }) => held?.contentType ?? null);
  const texts = [before, after].map(({ held }) => textOf(held?.value ?? null));
  const [one = null, other = null] = texts;
  const [oldHead = '', newHead = ''] = head;
  const lines = [`--- ${oldHead}`, `+++ ${newHead}`];
  if (before.held !== null && after.held !== null && types[0] !== types[1]) {
    lines.push(`content type: ${types[0] ?? 'none'} → ${types[1] ?? 'none'}`);
  }
  if (one === null || other === null) {
    const sizes = [before, after].map(({ held }) => (held === null ? 'nothing' : `${held.value.length} bytes`));
    if (!isEqual(before.held, after.held)) lines.push(`values that are no text: ${sizes[0]} → ${sizes[1]}`);
  } else if (one !== other) {
    lines.push(...hunksOf(one, other));
  } else if ((before.held === null) !== (after.held === null)) {
    lines.push('an empty value');
  }
  return lines.length === 2 ? '' : `${lines.join('\n')}\n`;
}

/** What a plan comes to, key by key. */
export const planText = (changes: readonly PlannedChange[]): string =>
  changes
    .map(({ key, before, after }) =>
      differenceText(
        key,
        { name: `revision ${before?.modRevision ?? 0n}`, held: before },
        { name: 'to be written', held: after },
      ),
    )
    .join('');

/** What a plan comes to, in a line. */
export function planSummary(changes: readonly PlannedChange[]): string {
  const count = (of: (change: PlannedChange) => boolean): number => changes.filter(of).length;
  const created = count(({ before }) => before === null);
  const deleted = count(({ after }) => after === null);
  return `${created} to create, ${changes.length - created - deleted} to change, ${deleted} to delete`;
}

/** The lines behind the head of the library's own. That there is no line end at the end is said where it is a difference: most values have none. */
function hunksOf(one: string, other: string): readonly string[] {
  const patch = createTwoFilesPatch('', '', one, other, undefined, undefined, { context: 3 });
  const lines = patch.replace(/\n$/, '').split('\n');
  const first = lines.findIndex((line) => line.startsWith('@@'));
  const isEndToBeTold = one !== '' && other !== '' && one.endsWith('\n') !== other.endsWith('\n');
  return lines
    .slice(first)
    .filter((line) => isEndToBeTold || !line.startsWith('\\'))
    .map(visible);
}

/** A text as a terminal may show it; its first character, which is the diff's own, and tabs stay. */
const visible = (line: string): string => line.split('\t').map(escaped).join('\t');

const textOf = (value: Uint8Array | null): string | null => {
  if (value === null) return '';
  return isUtf8(value) ? Buffer.from(value).toString() : null;
};

const isEqual = (one: WantedValue | null, other: WantedValue | null): boolean =>
  one !== null && other !== null && Buffer.compare(one.value, other.value) === 0;
