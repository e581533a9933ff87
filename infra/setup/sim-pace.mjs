// npm run sim:pace: fixed and measured heartbeats and election timeouts beside each other, over good and bad networks, under virtual time.
import { compile } from './compile.mjs';
import { ensureInstalled } from './install.mjs';
import { runCommand } from './setup-failure.mjs';

await runCommand(async () => {
  await ensureInstalled();
  await compile();
  const { comparePaces } = await import('../../packages/sim/dist/pace/main.js');
  process.exitCode = comparePaces(process.argv.slice(2));
});
