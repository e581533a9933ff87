import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runScenario } from '@quorate/sim';
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
    const { text, violation } = runScenario(`test/golden/${file}`, expected);
    expect(violation, text).toBeNull();
    if (isRewriting) writeFileSync(path, text);
    else expect(text).toBe(expected);
  });
});
