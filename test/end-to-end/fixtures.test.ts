import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Store } from '@quorate/client';
import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { runQuorate } from '../support/quorate-command.ts';

const folder = fileURLToPath(new URL('../fixtures', import.meta.url));
const names = (await readdir(folder)).filter((name) => name !== '.gitattributes');

/** A few leaves, where formats have their traps. */
const leaves: Readonly<Record<string, string>> = {
  '/leaves/.env/LOG_LEVEL': 'debug',
  '/leaves/.env/PADDED_TOKEN': '  leading and trailing  ',
  '/leaves/production.env/BUILD_ID': '0012345678901234567890',
  '/leaves/docker-compose.yml/services/worker/image': 'registry.example.com/shop/worker:1.10',
  '/leaves/docker-compose.yml/services/orders/environment/TZ': 'Etc/UTC',
  '/leaves/kubernetes.yaml/0/data/RATE_LIMIT': '1e3',
  '/leaves/package.json/dependencies/@fastify%2Fhelmet': '^13.0.1',
  '/leaves/messages.json/orderId': '9007199254740993',
  '/leaves/messages.json/名前': '名前を入力してください',
  '/leaves/windows.yaml/script': '@echo off\nnet stop orders\nnet start orders\n',
};

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('config files come back byte for byte from every node, and outlive the leader', {
    timeout: 240_000,
  }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const quorate = (...args: readonly string[]) => runQuorate([...args, '--nats', cluster.nats.url]);
    const files = new Map<string, Buffer>();
    let leafCount = 0;
    for (const name of names) {
      const file = join(folder, name);
      files.set(`/raw/${name}`, await readFile(file));
      const raw = await quorate('import', file, '--prefix', '/raw', '--raw');
      expect(raw).toEqual({ exitCode: 0, output: Buffer.from('1 key written\n'), errorOutput: '' });
      const leafwise = await quorate('import', file, '--prefix', `/leaves/${basename(file)}`);
      expect(leafwise).toMatchObject({ exitCode: 0, errorOutput: '' });
      leafCount += Number(/^(\d+) keys written\n$/.exec(leafwise.output.toString())?.[1]);
    }
    expect(files.size).toBeGreaterThanOrEqual(4);

    for (const node of cluster.ids) {
      for (const [key, bytes] of files) {
        const { exitCode, output } = await quorate('get', key, '--node', node);
        expect([exitCode, output.equals(bytes)], `${key} from ${node}`).toEqual([0, true]);
      }
    }
    const store = await cluster.connect();
    const expectAll = async (node: string): Promise<void> => {
      expect(await keysOf(store, node, '/raw/')).toEqual(
        Object.fromEntries([...files].map(([key, bytes]) => [key, bytes.toString()])),
      );
      const found = await keysOf(store, node, '/leaves/');
      expect(Object.keys(found).length).toBe(leafCount);
      expect(found).toMatchObject(leaves);
    };
    for (const node of cluster.ids) await expectAll(node);

    const leader = await cluster.leader();
    await cluster.node(leader).end('SIGKILL');
    for (const node of cluster.ids.filter((id) => id !== leader)) await expectAll(node);
    await cluster.restart(leader);
    await expectAll(leader);
  });
});

async function keysOf(store: Store, node: string, prefix: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key, value } of store.list({ prefix, node, timeoutMs: 20_000 })) {
    found[key] = Buffer.from(value).toString();
  }
  return found;
}
