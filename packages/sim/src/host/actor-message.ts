import type {
  ApiMessage,
  ApplierMessage,
  ElectionMessage,
  GatewayMessage,
  LeaderMessage,
  LogStoreMessage,
  ReplicatorMessage,
} from '@quorate/raft';

/** Any message that the actors of a group send each other. */
export type ActorMessage =
  | ApiMessage
  | ApplierMessage
  | ElectionMessage
  | GatewayMessage
  | LeaderMessage
  | LogStoreMessage
  | ReplicatorMessage;

/** A message of one kind. */
export type MessageOfKind<Kind extends ActorMessage['kind']> = Extract<ActorMessage, { kind: Kind }>;

/** Whether an actor's message is one that the group knows. */
export const isActorMessage = (message: unknown): message is ActorMessage =>
  typeof message === 'object' && message !== null && typeof (message as { readonly kind?: unknown }).kind === 'string';
