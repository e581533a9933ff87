import { ConfigStore, MemoryTables, type Tables } from '@quorate/config-store';
import { invariant } from '@quorate/raft';
import type { Plant } from '../bugs/plant.ts';
import { plainCodec } from '../workload/plain-codec.ts';

/** The tables of each store, as its disk has them. */
const memories = new WeakMap<ConfigStore, Tables>();

/** The config store of one machine, empty. */
export function simulatedStore(plant: Plant): ConfigStore {
  const memory = new MemoryTables();
  const tables = plant.tables?.(memory) ?? memory;
  const codec = plant.codec?.(plainCodec) ?? plainCodec;
  const store = new ConfigStore({ tables, codec, stream: 'simulated.config' });
  memories.set(store, memory);
  return store;
}

/** What a machine's store keeps, for those who alter it behind its back. */
export function tablesOf(store: ConfigStore): Tables {
  const memory = memories.get(store);
  invariant(memory !== undefined, () => 'a store is none of the simulator');
  return memory;
}
