// Finds the Prometheus, and its promtool, that tests run.
import { findDebianTool } from './debian-tool.mjs';

const website = 'https://prometheus.io/download/';

/**
 * Gives the path of prometheus: the one on the PATH, else Debian's package in the clone's cache folder (19 MB to download).
 * Throws an Error of one line that says how to get one.
 *
 * @returns {Promise<string>}
 */
export function findPrometheus() {
  return findDebianTool({ command: 'prometheus', package: 'prometheus', pathInPackage: 'usr/bin/prometheus', website });
}

/**
 * Gives the path of promtool, likewise.
 *
 * @returns {Promise<string>}
 */
export function findPromtool() {
  return findDebianTool({ command: 'promtool', package: 'prometheus', pathInPackage: 'usr/bin/promtool', website });
}
