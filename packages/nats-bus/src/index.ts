export { DropCounter } from './drop-counter.ts';
export { GroupHost, type GroupHostOptions } from './group-host.ts';
export { PeerBus, type PeerBusOptions } from './peer-bus.ts';
