/** The range that election timeouts are drawn from, anew for each round (Raft §5.2). The lower end is also how long a heard leader is protected. */
export interface ElectionTimeouts {
  readonly electionTimeoutMinMs: number;
  readonly electionTimeoutMaxMs: number;
}

/** What an election waits for: that a quorum answers, and has its votes on disk. Null: not measured. */
export interface BroadcastTimes {
  readonly roundTripMs: number | null;
  readonly flushMs: number | null;
}

/** "The broadcast time should be an order of magnitude less than the election timeout" (Raft §5.6). */
const roundTripsInTimeout = 10;
/** An election waits for two flushes, one after the other: the candidate's own vote, and the others'. It is to fit in twice. */
const flushesInTimeout = 4;
/** The longest timeouts, as a multiple of the settings: 3 to 6 s, for round trips around the earth. What is measured in a storm must not silence a group for longer. */
const maxScale = 20;

/** The settings scaled up as round trip and flush take, never down: a shorter timeout is one that a busy machine misses. */
export function electionTimeoutsFor(settings: ElectionTimeouts, times: BroadcastTimes): ElectionTimeouts {
  const neededMs = Math.max(roundTripsInTimeout * (times.roundTripMs ?? 0), flushesInTimeout * (times.flushMs ?? 0));
  return scaledTo(settings, neededMs);
}

/** The settings scaled up so that the lower end is `minMs` at least. Whole milliseconds: they travel in every AppendEntries. */
export function scaledTo(settings: ElectionTimeouts, minMs: number): ElectionTimeouts {
  const scale = Math.min(maxScale, Math.max(1, minMs / settings.electionTimeoutMinMs));
  return {
    electionTimeoutMinMs: Math.ceil(settings.electionTimeoutMinMs * scale),
    electionTimeoutMaxMs: Math.ceil(settings.electionTimeoutMaxMs * scale),
  };
}
