import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countTests } from '../../infra/setup/test-counts.mjs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-counts-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function reportOf(passed: number, failed: number, files: readonly (readonly string[])[]): Promise<string> {
  const path = join(folder, 'report.json');
  const testResults = files.map(([status, ...tests]) => ({
    status,
    assertionResults: tests.map((testStatus) => ({ status: testStatus })),
  }));
  await writeFile(path, JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults }));
  return path;
}

test('tests that pass and fail are counted', async () => {
  const path = await reportOf(2, 1, [
    ['passed', 'passed'],
    ['failed', 'failed', 'passed'],
  ]);
  expect(await countTests(path, false)).toEqual({ passed: 2, failed: 1 });
});

test('a file that could not be loaded counts as a failure', async () => {
  const path = await reportOf(1, 1, [['failed'], ['failed', 'failed', 'passed'], ['failed']]);
  expect(await countTests(path, false)).toEqual({ passed: 1, failed: 3 });
});

test('a failure that belongs to no test counts, too', async () => {
  const path = await reportOf(1, 0, [['passed', 'passed']]);
  expect(await countTests(path, false)).toEqual({ passed: 1, failed: 1 });
  expect(await countTests(path, true)).toEqual({ passed: 1, failed: 0 });
});

test('without a report there is nothing to count', async () => {
  expect(await countTests(join(folder, 'none.json'), false)).toBeNull();
});
