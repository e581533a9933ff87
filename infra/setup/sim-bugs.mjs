// npm run sim:bugs: bugs planted in the simulated clusters, one at a time, and how long it takes until each is noticed.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from './compile.mjs';
import { ensureInstalled } from './install.mjs';
import { runCommand } from './setup-failure.mjs';

/** The seeds that caught the bugs, as the test of them reads it. */
const keptFile = fileURLToPath(new URL('../../packages/sim/test/caught-by.json', import.meta.url));

await runCommand(async () => {
  await ensureInstalled();
  await compile();
  const { huntBugs } = await import('../../packages/sim/dist/bugs/hunt-command.js');
  process.exitCode = huntBugs(process.argv.slice(2), (caught) => {
    const kept = { ...JSON.parse(readFileSync(keptFile, 'utf8')), ...Object.fromEntries(caught) };
    const sorted = Object.fromEntries(Object.entries(kept).sort(([one], [other]) => (one < other ? -1 : 1)));
    writeFileSync(keptFile, `${JSON.stringify(sorted, null, 2)}\n`);
  });
});
