// Finds strace, which shows what a process asks of the operating system, and when.
import { dirname } from 'node:path';
import { findDebianTool } from './debian-tool.mjs';

const website = 'https://strace.io';

/** As Debian names its folders for libraries. */
const triplets = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/**
 * Gives the path of strace, and what it needs in its environment: the one that is installed, else Debian's package in the clone's cache folder.
 * Throws an Error of one line that says how to get it.
 *
 * @returns {Promise<import('./strace.d.mts').Strace>}
 */
export async function findStrace() {
  const path = await findDebianTool({ command: 'strace', package: 'strace', pathInPackage: 'usr/bin/strace', website });
  const unwinder = await findDebianTool({
    command: 'libunwind',
    package: 'libunwind8',
    pathInPackage: `usr/lib/${triplets[process.arch] ?? process.arch}/libunwind-ptrace.so.0`,
    isLibrary: true,
    website,
  });
  return { path, environment: { LD_LIBRARY_PATH: dirname(unwinder) } };
}
