import { ConfigStore, MemoryTables } from '@quorate/config-store';
import type { Plant } from '../bugs/plant.ts';
import { plainCodec } from '../workload/plain-codec.ts';

/** The config store of one machine, empty. */
export function simulatedStore(plant: Plant): ConfigStore {
  const memory = new MemoryTables();
  const tables = plant.tables?.(memory) ?? memory;
  const codec = plant.codec?.(plainCodec) ?? plainCodec;
  return new ConfigStore({ tables, codec, stream: 'simulated.config' });
}
