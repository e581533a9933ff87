import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect } from 'nats';
import { findNatsServer } from '../../../../infra/setup/nats-server.mjs';
import { startNatsServer } from '../../../support/nats-server.ts';
import { freePort } from '../free-port.ts';
import { runJsonProgram } from '../json-program.ts';
import { loadArgument } from '../load.ts';
import { loadFiguresSchema } from '../load-figures.ts';
import type { Site, System } from '../system.ts';

const program = fileURLToPath(new URL('./main.js', import.meta.url));
const run = promisify(execFile);
const readyTimeoutMs = 30_000;

/** JetStream's key-value store: three nats-servers, three replicas. It acknowledges before it flushes. */
export const jetstreamSystem: System = {
  name: 'jetstream',
  describe: async () => {
    const { stdout } = await run(await findNatsServer(), ['--version']);
    return `JetStream KV, three replicas (${stdout.trim()}), its client for Node.js; it acknowledges before it flushes`;
  },
  start: async (site) => {
    const urls = await startServers(site);
    await createBucket(urls[0] ?? '');
    return {
      measure: async (load) => {
        const output = await runJsonProgram(process.execPath, [program, loadArgument(load), urls.join()]);
        return { jetstream: loadFiguresSchema.parse(output) };
      },
    };
  },
};

/** A cluster of three. */
async function startServers({ folder, onEnd }: Site): Promise<readonly string[]> {
  const routes = await Promise.all([1, 2, 3].map(async () => `nats://127.0.0.1:${await freePort()}`));
  const configs = routes.map((route, at) => configOf(`s${at + 1}`, join(folder, `s${at + 1}`), route, routes));
  const urls: string[] = [];
  for (const config of configs) {
    const server = await startNatsServer({ config });
    onEnd(() => server.stop());
    urls.push(server.url);
  }
  return urls;
}

const configOf = (name: string, storeDir: string, ownRoute: string, routes: readonly string[]): string =>
  [
    `server_name: ${name}`,
    `jetstream { store_dir: "${storeDir}" }`,
    `cluster { name: bench, listen: "${ownRoute.replace('nats://', '')}", routes: [${routes.map((route) => `"${route}"`).join(', ')}] }`,
  ].join('\n');

/** The servers have to elect a leader of theirs before they take a bucket. */
async function createBucket(url: string): Promise<void> {
  const connection = await connect({ servers: url });
  try {
    const deadlineMs = performance.now() + readyTimeoutMs;
    for (;;) {
      const failure = await connection
        .jetstream({ timeout: 2_000 })
        .views.kv('bench', { replicas: 3, history: 1 })
        .then(
          () => null,
          (error: unknown) => error,
        );
      if (failure === null) return;
      if (performance.now() > deadlineMs) throw new Error('JetStream takes no bucket', { cause: failure });
      await after(100);
    }
  } finally {
    await connection.close();
  }
}
