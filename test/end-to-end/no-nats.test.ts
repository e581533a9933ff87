import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { localDeliveries } from '../support/cluster.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { startNatsServer } from '../support/nats-server.ts';
import { NodeProcess } from '../support/node-process.ts';
import { runQuorate } from '../support/quorate-command.ts';
import { makeTemporaryFolder, removeTemporaryFolder } from '../support/temporary-folder.ts';

test.each(localDeliveries)(
  'without NATS commands fail in one line, and a node keeps trying until it is there, local delivery by %s',
  {
    timeout: 120_000,
  },
  async (localDelivery) => {
    const nats = await startNatsServer();
    onTestFinished(() => nats.stop());
    await nats.kill('SIGKILL');
    const quorate = (...args: readonly string[]) => runQuorate([...args, '--nats', nats.url]);
    for (const command of ['get /a', 'put /a 1', 'list', 'status', 'tail', 'form --voters n1']) {
      expectFailure(await quorate(...command.split(' ')), 1, nats.url, 'connection refused', 'Unavailable');
    }

    const folder = await makeTemporaryFolder('no-nats');
    onTestFinished(() => removeTemporaryFolder(folder));
    const start = (id: string): NodeProcess => {
      const node = new NodeProcess({
        id,
        folder: join(folder, id),
        natsUrl: nats.url,
        environment: { QUORATE_LOCAL_DELIVERY: localDelivery },
      });
      onTestFinished(async () => void (await node.end('SIGKILL')));
      return node;
    };
    const node = start('n1');
    const impatient = start('n2');
    const failed = await node.logged('could not connect to NATS');
    expect(failed).toMatchObject({ level: 40, node: 'n1', reason: expect.stringContaining('CONNECTION_REFUSED') });
    await node.logged('could not connect to NATS', ({ time }) => time !== failed.time);
    await impatient.logged('could not connect to NATS');
    expect(await impatient.end('SIGTERM')).toEqual({ exitCode: 0, signal: null });

    await nats.restart();
    await node.logged('connected to NATS');
    expect(await quorate('form', '--voters', 'n1')).toMatchObject({ exitCode: 0 });
    expect(await quorate('put', '/a', '1')).toMatchObject({ exitCode: 0 });
    expect(await quorate('get', '/a')).toMatchObject({ exitCode: 0, output: Buffer.from('1') });
    expect(await node.end('SIGINT')).toEqual({ exitCode: 0, signal: null });
    expect(node.errorOutput).toBe('');
  },
);
