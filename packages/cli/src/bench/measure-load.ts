import { type LoadOptions, type LoadProgress, type LoadResult, runLoad } from '@quorate/load';
import { CommandFailure } from '../command-error.ts';
import { StatusLine } from '../output/status-line.ts';

/** Runs a load, and shows on a terminal how far it is. @throws the signal's reason if that ends it */
export async function measureLoad(what: string, options: LoadOptions): Promise<LoadResult> {
  const line = new StatusLine();
  try {
    const onProgress = (progress: LoadProgress): void => line.show(progressText(what, progress, options.measuredMs));
    const result = await runLoad({ ...options, onProgress });
    options.signal?.throwIfAborted();
    return result;
  } finally {
    line.end();
  }
}

/** @throws {CommandFailure} if nothing was answered at all: there is no figure then */
export function checkAnswered({ operations }: LoadResult): void {
  const all = [...operations.values()];
  if (all.some(({ answered }) => answered > 0)) return;
  const codes = new Set(all.flatMap(({ failures }) => [...failures.keys()]));
  throw new CommandFailure(`no call was answered${codes.size === 0 ? '' : `: ${[...codes].join(', ')}`}`);
}

function progressText(
  what: string,
  { isWarmingUp, elapsedMs, perSecond, failed }: LoadProgress,
  measuredMs: number,
): string {
  const time = isWarmingUp ? 'warming up' : `${seconds(Math.min(elapsedMs, measuredMs))} of ${seconds(measuredMs)} s`;
  const failures = failed === 0 ? '' : `, ${failed} failed`;
  return `${what}: ${time}, ${Math.round(perSecond).toLocaleString('en')} a second${failures}`;
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(0);
