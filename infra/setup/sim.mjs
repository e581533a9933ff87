// npm run sim: whole clusters under virtual time, seed by seed, with faults. Needs nothing but the code.
import { compile } from './compile.mjs';
import { ensureInstalled } from './install.mjs';
import { runCommand } from './setup-failure.mjs';

await runCommand(async () => {
  await ensureInstalled();
  await compile();
  const { main } = await import('../../packages/sim/dist/command-line/main.js');
  process.exitCode = await main(process.argv.slice(2));
});
