import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidScenario, runScenario, type ScenarioResult } from '@quorate/sim';
import { describe, expect, test } from 'vitest';

const folder = import.meta.dirname;
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.txt'))
  .sort();

/** The traces are taken as they come now; whoever sets this reads what has changed. */
const isRewriting = process.env.QUORATE_REWRITE_GOLDEN === '1';

describe('golden scenarios', () => {
  test.each(files)('%s', (file) => {
    const path = join(folder, file);
    const expected = readFileSync(path, 'utf8');
    const { text, violation } = run(file, expected);
    if (!isRewriting) expect(text).toBe(expected);
    expect(violation, text).toBeNull();
    if (isRewriting) writeFileSync(path, text);
  });
});

/** A story that cannot go on has most often gone wrong before: what came of it so far says more than the command that was refused. */
function run(file: string, expected: string): ScenarioResult {
  try {
    return runScenario(`test/golden/${file}`, expected);
  } catch (error) {
    if (isRewriting || !(error instanceof InvalidScenario)) throw error;
    return { text: `${error.textSoFar}\n!! ${error.message}`, violation: null };
  }
}
