// npm start: installs, builds, and becomes `quorate up` with the arguments that it was given.
import { compile } from './compile.mjs';
import { ensureInstalled } from './install.mjs';
import { runCommand } from './setup-failure.mjs';

await runCommand(async () => {
  await ensureInstalled();
  await compile();
  process.argv = [process.execPath, 'quorate', 'up', ...process.argv.slice(2)];
  await import('../../packages/cli/bin/quorate.js');
});
