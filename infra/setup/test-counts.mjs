import { readFile } from 'node:fs/promises';

/**
 * Counts what vitest's JSON reporter wrote; null if it wrote nothing. A test file that could not be loaded counts as one
 * failed test, and so does a failure that belongs to no test, such as an unhandled rejection.
 *
 * @param {string} reportPath
 * @param {boolean} allWell whether vitest's exit code was 0
 * @returns {Promise<{ passed: number, failed: number } | null>}
 */
export async function countTests(reportPath, allWell) {
  const text = await readFile(reportPath, 'utf8').catch(() => null);
  if (text === null) return null;
  const report = JSON.parse(text);

  const isFailed = ({ status }) => status === 'failed';
  const brokenFiles = report.testResults.filter((file) => isFailed(file) && !file.assertionResults.some(isFailed));
  const failed = report.numFailedTests + brokenFiles.length;
  return { passed: report.numPassedTests, failed: failed === 0 && !allWell ? 1 : failed };
}
