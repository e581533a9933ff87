import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findLibfaketime } from '../../infra/setup/libfaketime.mjs';
import { makeTemporaryFolder, removeTemporaryFolder } from './temporary-folder.ts';

/** The wall clock of single processes, which a test sets while they run (libfaketime); their monotonic clocks go on as they are. */
export class WallClock {
  /** What a process needs in its environment to have this clock. */
  readonly environment: NodeJS.ProcessEnv;
  readonly #file: string;

  private constructor(library: string, file: string) {
    this.#file = file;
    this.environment = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      // The file is read at each look at the clock.
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_RESET: '1',
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** A clock that is right, for the running test. @throws {Error} that says how to get libfaketime, where it is missing */
  static async make(): Promise<WallClock> {
    const library = await findLibfaketime();
    const folder = await makeTemporaryFolder('wall-clock');
    onTestFinished(() => removeTemporaryFolder(folder));
    const clock = new WallClock(library, join(folder, 'offset'));
    await clock.set(0);
    return clock;
  }

  /** Sets it to so many seconds ahead of real time. */
  async set(aheadS: number): Promise<void> {
    // Renamed, so that nobody reads half of it.
    await writeFile(`${this.#file}.new`, `${aheadS < 0 ? '' : '+'}${aheadS}\n`);
    await rename(`${this.#file}.new`, this.#file);
  }
}
