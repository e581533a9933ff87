export { type ConnectionEvents, RediallingConnection, type RedialOptions } from './redialling-connection.ts';
