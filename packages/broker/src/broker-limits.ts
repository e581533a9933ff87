/** What a broker allows a client; the defaults are nats-server's. */
export interface BrokerLimits {
  /** Payload of a message, headers included. */
  readonly maxPayloadBytes: number;
  /** The arguments of one operation. */
  readonly maxControlLineBytes: number;
  /** What may wait for a client that does not read; beyond it the client is cut off. */
  readonly maxPendingBytes: number;
  /** How often a silent client is asked whether it is there. */
  readonly pingIntervalMs: number;
  /** How many such questions may stay unanswered before the connection counts as stale. */
  readonly maxPingsOut: number;
}

/** The limits of a broker that is told nothing else. */
export const defaultBrokerLimits: BrokerLimits = {
  maxPayloadBytes: 1024 * 1024,
  maxControlLineBytes: 4096,
  maxPendingBytes: 64 * 1024 * 1024,
  pingIntervalMs: 120_000,
  maxPingsOut: 2,
};
