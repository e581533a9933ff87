import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryFolder } from './repository.mjs';

const commandFolder = join(repositoryFolder, 'packages/cli');

/** What is not bundled: what has files of its own that it looks for beside it, and what only some nodes load. */
const leftOut = [/^lmdb$/, /^fs-native-extensions$/, /^pino/, /^@opentelemetry\//];

/**
 * Makes one file of all that the command loads, and one of each part that only some commands load. A command starts in 0.2 s of CPU then, and
 * not in 0.5: most of that went into finding and compiling some eight hundred files.
 */
export async function bundle() {
  // Not there before `npm ci` was.
  const { rolldown } = await import('rolldown');
  const bundling = await rolldown({
    input: { quorate: join(commandFolder, 'dist/main.js') },
    platform: 'node',
    external: leftOut,
    // hdr-histogram-js has one for what is never called here.
    checks: { eval: false },
    logLevel: 'warn',
  });
  const folder = join(commandFolder, 'bundle');
  // Beside it, and put into its place when it is whole: commands may be running.
  const draft = `${folder}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  try {
    await bundling.write({
      dir: draft,
      format: 'esm',
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name]-[hash].mjs',
    });
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } finally {
    await bundling.close();
    await rm(draft, { recursive: true, force: true });
  }
}
