/** A program or library that comes in a package of Debian. */
export interface DebianTool {
  /** Its name; a program's on the PATH. */
  readonly command: string;
  /** Debian's name of the package. */
  readonly package: string;
  /** Where the package puts it, without the leading slash. */
  readonly pathInPackage: string;
  /** A library is looked for where its package puts it, and is not run. */
  readonly isLibrary?: boolean;
  /** Where people elsewhere get it: it ends the error's one line. */
  readonly website: string;
  /** Where the unpacked package is kept; `.cache/tools` of this clone unless told. */
  readonly cacheFolder?: string;
}

/**
 * Gives the path of a program or library, fetching Debian's package for it when the machine lacks it.
 * Throws an Error of one line that says how to get it, when it cannot be fetched here.
 */
export function findDebianTool(tool: DebianTool): Promise<string>;
