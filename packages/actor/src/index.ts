export type { Actor, Context, CreateActor, Sender } from './actor.ts';
export { ActorSystem, type Host } from './actor-system.ts';
export {
  type Address,
  type Brand,
  type ClusterName,
  clusterName,
  type GroupId,
  groupId,
  InvalidName,
  isName,
  type NodeId,
  nodeId,
} from './address.ts';
