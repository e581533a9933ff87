export {
  type ConnectionEvents,
  type PublishOptions,
  RediallingConnection,
  type RedialOptions,
} from './redialling-connection.ts';
