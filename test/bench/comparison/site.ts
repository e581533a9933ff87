import { makeTemporaryFolder, removeTemporaryFolder } from '../../support/temporary-folder.ts';
import type { Run } from '../measurement.ts';
import type { Site } from './system.ts';

/** Gives `use` a place for one measurement; what it has started there is ended when it is done, or the run is interrupted. */
export async function onSite<Result>(run: Run, use: (site: Site) => Promise<Result>): Promise<Result> {
  run.signal.throwIfAborted();
  const folder = await makeTemporaryFolder('bench');
  const ends: (() => Promise<void>)[] = [() => removeTemporaryFolder(folder)];
  const endAll = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
  };
  run.onEnd(endAll);
  try {
    return await use({ folder, onEnd: (end) => void ends.push(end) });
  } finally {
    await endAll();
  }
}
