import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that this clone stands in. */
export const repositoryFolder = fileURLToPath(new URL('../..', import.meta.url));

/** The path of a program that `npm ci` installs. */
export const installedProgram = (name) => join(repositoryFolder, 'node_modules/.bin', name);
