export { type Broker, type BrokerOptions, startBroker } from './broker.ts';
export { BrokerError, type BrokerErrorCode } from './broker-error.ts';
export type { BrokerLimits } from './broker-limits.ts';
export type { DeliveryFaults } from './delivery-faults.ts';
