/**
 * Gives the path of libfaketime: the one that is installed, else Debian's package in the clone's cache folder.
 * Throws an Error of one line that says how to get it.
 */
export function findLibfaketime(): Promise<string>;
