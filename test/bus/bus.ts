/** Limits that a test needs smaller than usual. */
export interface BusOptions {
  readonly maxPayloadBytes?: number;
  readonly maxPendingBytes?: number;
  readonly pingIntervalMs?: number;
  readonly maxPingsOut?: number;
}

/** A server of NATS's client protocol that runs for a test. */
export interface Bus {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a bus on loopback, on a free port. */
export type StartBus = (options?: BusOptions) => Promise<Bus>;
