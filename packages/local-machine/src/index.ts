export { endWithThisProcess } from './end-with-this-process.ts';
export { type NatsServer, type NatsServerOptions, startNatsServer } from './nats-server.ts';
export { standsStill } from './stands-still.ts';
export { TcpRelay, type TcpRelayOptions } from './tcp-relay.ts';
