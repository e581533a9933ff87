import { findNatsServer } from '../../../../infra/setup/nats-server.mjs';
import { spawnQuorate } from '../../../support/quorate-command.ts';
import { type FailoverFigures, type Fault, failoverFiguresSchema } from '../failover-figures.ts';
import { jsonOutputOf } from '../json-program.ts';

/** What `quorate bench failover` says. */
export async function quorateFailover(fault: Fault, runs: number, folder: string): Promise<FailoverFigures> {
  const args = ['--fault', fault, '--runs', String(runs), '--data', folder, '--nats-server', await findNatsServer()];
  return failoverFiguresSchema.parse(await jsonOutputOf(spawnQuorate(['bench', 'failover', '--json', ...args])));
}
