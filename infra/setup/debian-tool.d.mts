/** A program that comes in a package of Debian. */
export interface DebianTool {
  /** Its name on the PATH. */
  readonly command: string;
  /** Debian's name of the package. */
  readonly package: string;
  /** Where the package puts it, without the leading slash. */
  readonly pathInPackage: string;
  /** Where people elsewhere get it: it ends the error's one line. */
  readonly website: string;
  /** Where the unpacked package is kept; `.cache/tools` of this clone unless told. */
  readonly cacheFolder?: string;
}

/**
 * Gives the path of a program, fetching Debian's package for it when the machine lacks it.
 * Throws an Error of one line that says how to get the program, when it cannot be fetched here.
 */
export function findDebianTool(tool: DebianTool): Promise<string>;
