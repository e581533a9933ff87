import { ImportError } from '../src/import/import-error.ts';

/** The ImportError that `run` throws; anything else fails the test. */
export function errorOf(run: () => unknown): ImportError {
  try {
    run();
  } catch (error) {
    if (error instanceof ImportError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
