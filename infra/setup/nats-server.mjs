// Finds the nats-server that tests run against. Run as a program, it prints the path.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findDebianTool } from './debian-tool.mjs';

/**
 * Gives the path of nats-server: the one on the PATH, else Debian's package in the clone's cache folder.
 * Throws an Error of one line that says how to get one.
 *
 * @returns {Promise<string>}
 */
export async function findNatsServer() {
  return findDebianTool({
    command: 'nats-server',
    package: 'nats-server',
    pathInPackage: 'usr/sbin/nats-server',
    website: 'https://github.com/nats-io/nats-server/releases',
  });
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log(await findNatsServer());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
