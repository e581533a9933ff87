import { type LoadResult, loadToJson } from '@quorate/load';
import { loadLines } from '../output/load-text.ts';
import { writeLine } from '../output/output.ts';
import { type LoadFlags, loadSettings } from './load-options.ts';
import { checkAnswered } from './measure-load.ts';

/** What a load came to, and what it was beside its flags. */
export interface LoadReport {
  readonly result: LoadResult;
  /** Further settings, for programs that read the result. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** The same for people, if they are worth a word. */
  readonly words: readonly string[];
  /** Further results: fields of the JSON object. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The same for people. */
  readonly remarks: readonly string[];
}

/** Shows what a load came to. @throws {CommandFailure} if nothing was answered at all */
export async function printLoad(
  flags: LoadFlags,
  { result, settings, words, fields, remarks }: LoadReport,
): Promise<void> {
  checkAnswered(result);
  if (flags.json === true) {
    const operations = Object.fromEntries(
      [...result.operations].map(([name, operation]) => [name, loadToJson(operation, result.seconds)]),
    );
    const all = { settings: { ...loadSettings(flags), ...settings }, operations, ...fields };
    return writeLine(JSON.stringify(all));
  }
  for (const line of [headline(flags, words), '', ...loadLines(result), ...remarks]) await writeLine(line);
}

function headline(flags: LoadFlags, words: readonly string[]): string {
  const { callers, connections, size, keys, seconds, warmUp, rate } = flags;
  return [
    ...(rate === undefined ? [] : [`${countText(rate, 'call')} a second`]),
    countText(callers, 'caller'),
    countText(connections, 'connection'),
    `values of ${countText(size, 'byte')}`,
    countText(keys, 'key'),
    ...words,
    `${seconds} s after a warm-up of ${warmUp} s`,
  ].join(', ');
}

const countText = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
