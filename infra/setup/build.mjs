// npm run build: everything that must be there before the code runs.
import { compile } from './compile.mjs';
import { ensureInstalled } from './install.mjs';
import { runCommand } from './setup-failure.mjs';

await runCommand(async () => {
  await ensureInstalled();
  await compile();
});
