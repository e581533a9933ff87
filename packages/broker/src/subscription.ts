import type { Connection } from './connection.ts';

/** One SUB of one connection. */
export interface Subscription {
  readonly connection: Connection;
  /** The client's own name for it. */
  readonly id: string;
  /** The id between two spaces, as it stands in every message that is delivered to it. */
  readonly idBytes: Buffer;
  /** What it listens to; may hold wildcards. */
  readonly subject: string;
  /** The queue group that it shares messages with; undefined when it wants all of them. */
  readonly queue: string | undefined;
  /** How many messages it has been sent. */
  delivered: number;
  /** It ends with its so many-th message; 0 for no such limit. */
  maxMessages: number;
}
