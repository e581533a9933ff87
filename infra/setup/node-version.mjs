import { SetupFailure } from './setup-failure.mjs';

/**
 * Throws a SetupFailure if this Node.js is older than the root's package.json asks for.
 *
 * @param {string} range as in `engines.node`: `>=20.19`
 * @param {string} version as in `process.versions.node`
 */
export function checkNodeVersion(range, version = process.versions.node) {
  const [neededMajor, neededMinor] = range.replace(/^>=/, '').split('.').map(Number);
  const [major, minor] = version.split('.').map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return;
  throw new SetupFailure(
    `Node.js ${neededMajor}.${neededMinor} or newer is needed, this is ${version}: https://nodejs.org/`,
  );
}
