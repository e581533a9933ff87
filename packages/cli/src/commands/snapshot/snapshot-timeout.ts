/** How long a step of a snapshot command may take unless it is told otherwise, in milliseconds: a large state takes its time. */
export const snapshotTimeoutMs = 60_000;
