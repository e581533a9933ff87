/** How strace is run. */
export interface Strace {
  readonly path: string;
  /** What it needs in its environment beside the usual. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Gives the path of strace, and what it needs in its environment: the one that is installed, else Debian's package in the clone's cache folder.
 * Throws an Error of one line that says how to get it.
 */
export function findStrace(): Promise<Strace>;
