// npm run chaos, chaos:stale-reads: real processes on a bad network, killed and stopped, and what their clients saw of it.

import { compile } from './compile.mjs';
import { ensureInstalled } from './install.mjs';
import { installedProgram, repositoryFolder } from './repository.mjs';
import { runProgram } from './run-program.mjs';
import { runCommand } from './setup-failure.mjs';

await runCommand(async () => {
  await ensureInstalled();
  await compile();
  // To where paths to the rest of the clone are the same as from the sources.
  await runProgram(installedProgram('tsc'), ['-p', 'test/chaos'], { cwd: repositoryFolder });
  const { main } = await import('../../.cache/chaos/main.js');
  process.exitCode = await main(process.argv.slice(2));
});
