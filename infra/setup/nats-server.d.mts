/**
 * Gives the path of nats-server: the one on the PATH, else Debian's package in the clone's cache folder.
 * Throws an Error of one line that says how to get one.
 */
export function findNatsServer(): Promise<string>;
