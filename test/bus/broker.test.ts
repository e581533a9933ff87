import { startBroker } from '@quorate/broker';
import { describeBus } from './protocol.ts';

describeBus('the embedded broker', async (options = {}) => {
  const broker = await startBroker(options);
  return { url: broker.url, port: broker.port, stop: () => broker.close() };
});
