import { installedProgram, repositoryFolder } from './repository.mjs';
import { runProgram } from './run-program.mjs';

/** Compiles what has changed of all packages into their dist folders. */
export const compile = () => runProgram(installedProgram('tsc'), ['-b'], { cwd: repositoryFolder });
