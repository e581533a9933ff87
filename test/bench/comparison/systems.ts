import type { Run } from '../measurement.ts';
import { etcdSystem } from './etcd/etcd-system.ts';
import { jetstreamSystem } from './jetstream/jetstream-system.ts';
import { limitSystem } from './limit/limit-system.ts';
import { quorateSystem } from './quorate/quorate-system.ts';
import { Missing, type System, type SystemName } from './system.ts';

const all: readonly System[] = [quorateSystem, limitSystem, etcdSystem, jetstreamSystem];

/** A system of this machine. */
export interface InstalledSystem extends System {
  readonly description: string;
}

/** The systems that can be measured here, by name. What is missing is said. */
export async function installedSystems(run: Run): Promise<ReadonlyMap<SystemName, InstalledSystem>> {
  const found = new Map<SystemName, InstalledSystem>();
  for (const system of all) {
    try {
      found.set(system.name, { ...system, description: await system.describe() });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      run.say(`${system.name} is left out: ${error.message}`);
    }
  }
  return found;
}
