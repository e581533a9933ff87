import { isBundleCurrent } from '../../packages/cli/bin/is-bundle-current.js';
import { bundle } from './bundle.mjs';
import { installedProgram, repositoryFolder } from './repository.mjs';
import { runProgram } from './run-program.mjs';

/** Compiles what has changed of all packages into their dist folders, and bundles the command anew if anything has. */
export async function compile() {
  await runProgram(installedProgram('tsc'), ['-b'], { cwd: repositoryFolder });
  if (!isBundleCurrent()) await bundle();
}
