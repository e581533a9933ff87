// Finds the library that lets a test set the wall clock of single processes.
import { findDebianTool } from './debian-tool.mjs';

/** As Debian names its folders for libraries. */
const triplets = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/**
 * Gives the path of libfaketime: the one that is installed, else Debian's package in the clone's cache folder.
 * Throws an Error of one line that says how to get it.
 *
 * @returns {Promise<string>}
 */
export async function findLibfaketime() {
  return findDebianTool({
    command: 'libfaketime',
    package: 'libfaketime',
    pathInPackage: `usr/lib/${triplets[process.arch] ?? process.arch}/faketime/libfaketimeMT.so.1`,
    isLibrary: true,
    website: 'https://github.com/wolfcw/libfaketime',
  });
}
