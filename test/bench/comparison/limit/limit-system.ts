import { fileURLToPath } from 'node:url';
import { startNatsServer } from '../../../support/nats-server.ts';
import { runJsonProgram } from '../json-program.ts';
import { loadArgument } from '../load.ts';
import { loadFiguresSchema } from '../load-figures.ts';
import type { System } from '../system.ts';

const program = fileURLToPath(new URL('./main.js', import.meta.url));

/** The same parts without consensus. */
export const limitSystem: System = {
  name: 'limit',
  describe: async () => 'the limit: the same parts (nats-server, LMDB, flushes) without consensus',
  start: async ({ folder, onEnd }) => {
    const nats = await startNatsServer();
    onEnd(() => nats.stop());
    return {
      measure: async (load) => {
        const output = await runJsonProgram(process.execPath, [program, loadArgument(load), nats.url, folder]);
        return { limit: loadFiguresSchema.parse(output) };
      },
    };
  },
};
