/** The round trip to a member; empty while it is not measured. */
export const roundTripText = (ms: number | null): string => (ms === null ? '' : `${ms.toFixed(1)} ms`);

/** The share of heartbeats that a member did not answer in time; empty while it is not measured. */
export const lossText = (share: number | null): string => (share === null ? '' : `${Math.round(share * 100)} %`);
