/** How many tests passed and failed. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Counts what vitest's JSON reporter wrote; null if it wrote nothing. A test file that could not be loaded counts as one
 * failed test, and so does a failure that belongs to no test. `allWell` is whether vitest's exit code was 0.
 */
export function countTests(reportPath: string, allWell: boolean): Promise<TestCounts | null>;
