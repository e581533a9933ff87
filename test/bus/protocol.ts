import { describe } from 'vitest';
import type { StartBus } from './bus.ts';
import { describeClientBehaviour } from './client-behaviour.ts';
import { describeLimits } from './limits.ts';
import { describeRawProtocol } from './raw-protocol.ts';
import { describeServices } from './services.ts';

/** The one suite for whatever serves NATS's client protocol; `start` is called for each part of it. */
export function describeBus(name: string, start: StartBus): void {
  describe(name, () => {
    describeClientBehaviour(start);
    describeServices(start);
    describeRawProtocol(start);
    describeLimits(start);
  });
}
