import type { Context } from '@quorate/actor';
import type { ClientRequest } from './client-request.ts';
import type { KnownLeader } from './known-leader.ts';
import type { GatewayAnswer, GatewayMessage } from './messages.ts';

/** What the parts of a gateway work with. */
export interface GatewayPartOptions {
  readonly context: Context<GatewayMessage>;
  readonly known: () => KnownLeader;
  /** Numbers what is asked of leaders. */
  readonly nextSequence: () => number;
  readonly requestOf: (id: number) => ClientRequest | undefined;
  readonly answer: (id: number, answer: GatewayAnswer) => void;
}
