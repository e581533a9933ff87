// npm run bench: Quorate beside its peers. npm run bench:restart, bench:endurance, bench:rolling, bench:memory, bench:watchers: what real processes on a real nats-server
// take.

import { compile } from './compile.mjs';
import { ensureInstalled } from './install.mjs';
import { installedProgram, repositoryFolder } from './repository.mjs';
import { runProgram } from './run-program.mjs';
import { runCommand } from './setup-failure.mjs';

await runCommand(async () => {
  await ensureInstalled();
  await compile();
  // To where paths to the rest of the clone are the same as from the sources.
  await runProgram(installedProgram('tsc'), ['-p', 'test/bench'], { cwd: repositoryFolder });
  const { main } = await import('../../.cache/bench/main.js');
  process.exitCode = await main(process.argv.slice(2));
});
