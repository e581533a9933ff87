/**
 * Gives the path of prometheus: the one on the PATH, else Debian's package in the clone's cache folder (19 MB to download).
 * Throws an Error of one line that says how to get one.
 */
export function findPrometheus(): Promise<string>;

/** Gives the path of promtool, likewise. */
export function findPromtool(): Promise<string>;
