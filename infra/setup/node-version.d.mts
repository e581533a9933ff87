/**
 * Throws a SetupFailure if a Node.js is older than `range`, as it stands in `engines.node`: `>=20.19`.
 * `version` is this one's, as in `process.versions.node`, unless given.
 */
export function checkNodeVersion(range: string, version?: string): void;
