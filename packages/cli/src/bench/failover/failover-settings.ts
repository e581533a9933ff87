import type { NatsSettings } from '../../options/nats-settings.ts';
import type { NodeTuning } from '../../options/node-options.ts';

/** What befalls the leader: SIGKILL, SIGSTOP, or its connection to NATS leads nowhere any more. */
export const faults = ['kill', 'pause', 'cut'] as const;
export type Fault = (typeof faults)[number];

/** What `quorate bench failover` is told. */
export interface FailoverSettings {
  readonly fault: Fault;
  readonly runs: number;
  readonly callers: number;
  readonly connections: number;
  readonly keys: number;
  readonly valueBytes: number;
  /** The nodes keep their data in a new folder below this one, which is removed in the end. */
  readonly dataDir: string;
  /** Null for a nats-server of its own. */
  readonly nats: NatsSettings | null;
  /** The program of a nats-server of its own. */
  readonly natsServer: string;
  readonly tuning: NodeTuning;
}
