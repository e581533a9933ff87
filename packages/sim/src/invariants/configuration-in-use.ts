import type { Configuration } from '@quorate/raft';
import type { SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView } from './cluster-view.ts';

/** The configuration that a node counts by: the newest in its log, committed or not (Raft §6). */
export function configurationInUse({ storage }: SimulatedProcess, view: ClusterView): Configuration {
  return (storage.configurations.at(-1) ?? storage.snapshot ?? view).configuration;
}
