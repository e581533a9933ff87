import { z } from 'zod';
import { spawnQuorate } from '../../../support/quorate-command.ts';
import { BenchCluster } from '../../bench-cluster.ts';
import { jsonOutputOf } from '../json-program.ts';
import type { Load } from '../load.ts';
import { loadFiguresSchema } from '../load-figures.ts';
import type { System } from '../system.ts';

const output = z.object({ operations: z.record(z.string(), loadFiguresSchema) });

/** Our side: three nodes as they ship on one nats-server, and `quorate bench`. */
export const quorateSystem: System = {
  name: 'quorate',
  describe: async () => `Quorate, its own SDK for Node.js ${process.versions.node}`,
  start: async (site) => {
    const cluster = await BenchCluster.start(site);
    return {
      measure: async (load) => {
        const { operations } = await benchOutput(cluster.url, load);
        const quorate = operations[load.operation];
        if (quorate === undefined) throw new Error(`quorate bench says nothing of ${load.operation}`);
        return { quorate, ...(operations.nats === undefined ? {} : { nats: operations.nats }) };
      },
    };
  },
};

/** What `quorate bench` prints of a load. */
async function benchOutput(natsUrl: string, load: Load): Promise<z.infer<typeof output>> {
  const { operation, callers, connections, keys, valueBytes, seconds, warmUpSeconds, ratePerSecond } = load;
  const numbers = { callers, connections, keys, size: valueBytes, seconds, 'warm-up': warmUpSeconds };
  const flags = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const rate = ratePerSecond === null ? [] : ['--rate', String(ratePerSecond)];
  return output.parse(
    await jsonOutputOf(spawnQuorate(['bench', operation, '--json', '--nats', natsUrl, ...flags, ...rate])),
  );
}
