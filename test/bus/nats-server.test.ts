import { startNatsServer } from '../support/nats-server.ts';
import type { BusOptions } from './bus.ts';
import { describeBus } from './protocol.ts';

describeBus('nats-server', (options) => startNatsServer({ config: configOf(options) }));

function configOf(options: BusOptions = {}): string {
  const { maxPayloadBytes, maxPendingBytes, pingIntervalMs, maxPingsOut } = options;
  const lines = [
    maxPayloadBytes === undefined ? '' : `max_payload: ${maxPayloadBytes}`,
    maxPendingBytes === undefined ? '' : `max_pending: ${maxPendingBytes}`,
    pingIntervalMs === undefined ? '' : `ping_interval: "${pingIntervalMs}ms"`,
    maxPingsOut === undefined ? '' : `ping_max: ${maxPingsOut}`,
  ];
  return lines.join('\n');
}
