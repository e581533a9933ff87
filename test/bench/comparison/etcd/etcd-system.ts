import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runJsonProgram } from '../json-program.ts';
import { type Load, loadArgument } from '../load.ts';
import { loadFiguresSchema } from '../load-figures.ts';
import { Missing, type System } from '../system.ts';
import { EtcdCluster } from './etcd-cluster.ts';
import { goDriver } from './go-driver.ts';

const npmClient = fileURLToPath(new URL('./npm-client.js', import.meta.url));
const repositoryFolder = fileURLToPath(new URL('../../../..', import.meta.url));
const run = promisify(execFile);

/** etcd: three members, and its Go client where Go is, else its client for Node.js, which is slower. */
export const etcdSystem: System = {
  name: 'etcd',
  describe: async () => {
    const version = await run('etcd', ['--version']).catch(() => null);
    if (version === null) throw new Missing('there is no etcd on the PATH');
    const [, number = 'of no known version'] = /etcd Version: (\S+)/.exec(version.stdout) ?? [];
    return `etcd ${number}, its ${(await goDriver(repositoryFolder)) === null ? 'client for Node.js' : 'Go client'}`;
  },
  start: async (site) => {
    const cluster = await EtcdCluster.start(site);
    const driver = await goDriver(repositoryFolder);
    return {
      measure: async (load) => {
        const output =
          driver === null
            ? await runJsonProgram(process.execPath, [npmClient, loadArgument(load), cluster.endpoints])
            : await runJsonProgram(driver, driverArguments(cluster.endpoints, load));
        return { etcd: loadFiguresSchema.parse(output) };
      },
    };
  },
};

function driverArguments(endpoints: string, load: Load): readonly string[] {
  const { operation, callers, connections, keys, valueBytes, seconds, warmUpSeconds, ratePerSecond } = load;
  const numbers = { callers, connections, keys, size: valueBytes, seconds, 'warm-up': warmUpSeconds };
  const flags = Object.entries(numbers).flatMap(([name, value]) => [`-${name}`, String(value)]);
  return ['-endpoints', endpoints, '-operation', operation, ...flags, '-rate', String(ratePerSecond ?? 0)];
}
