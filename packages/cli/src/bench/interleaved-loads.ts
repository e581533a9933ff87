import { type LoadOptions, type LoadResult, mergedResult } from '@quorate/load';
import { measureLoad } from './measure-load.ts';

/** A load with its name. */
export interface NamedLoad {
  readonly name: string;
  readonly options: LoadOptions;
}

const sliceMs = 1_000;
/** Within a slice, until the calls of the other load are out of the way. */
const settleMs = 100;

/**
 * Runs two loads in turns of a second, so that whatever else the machine does hits both alike. The answer has the result of each. Each
 * is warmed up before its first turn.
 */
export async function interleavedLoads(one: NamedLoad, other: NamedLoad): Promise<readonly [LoadResult, LoadResult]> {
  const turns = Math.max(1, Math.round(one.options.measuredMs / sliceMs));
  const results: { readonly one: LoadResult[]; readonly other: LoadResult[] } = { one: [], other: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    results.one.push(await measureLoad(`${one.name}, ${turn + 1} of ${turns}`, slice(one.options, turn, turns)));
    results.other.push(await measureLoad(`${other.name}, ${turn + 1} of ${turns}`, slice(other.options, turn, turns)));
  }
  return [mergedResult(results.one), mergedResult(results.other)];
}

const slice = (options: LoadOptions, turn: number, turns: number): LoadOptions => ({
  ...options,
  warmUpMs: turn === 0 ? options.warmUpMs : settleMs,
  measuredMs: options.measuredMs / turns,
});
