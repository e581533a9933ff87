import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open as openEnvironment } from 'lmdb';
import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('a node with a corrupt record stops and truncates nothing, while the others go on', {
    timeout: 120_000,
  }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const store = await cluster.connect();
    // LMDB gives so large a value pages of its own, and never copies it.
    const large = randomBytes(100_000);
    for (const key of ['/before', '/large', '/after']) await store.put(key, key === '/large' ? large : key);
    const [damaged = ''] = await cluster.followers();
    await cluster.caughtUp(damaged);
    expect(await cluster.node(damaged).end('SIGTERM')).toEqual({ exitCode: 0, signal: null });

    const folder = join(cluster.folder(damaged), 'log');
    const file = join(folder, 'data.mdb');
    const bytes = await readFile(file);
    const at = bytes.indexOf(large.subarray(0, 64)) + 50_000;
    expect(bytes.indexOf(large.subarray(0, 64), at)).toBe(-1);
    const byte = bytes.readUInt8(at);
    await writeByte(file, at, byte ^ 0x10);
    const before = await recordsOf(folder);
    expect(before.length).toBeGreaterThanOrEqual(4);

    const refused = cluster.start(damaged);
    await eventually('it stops', async () => (refused.runs ? null : true));
    expect(await refused.ended).toEqual({ exitCode: 2, signal: null });
    expect(refused.errorOutput).toMatch(/^quorate: [^\n]*index \d+[^\n]*checksum[^\n]*\n$/);
    expect(refused.errorOutput).toContain('group config');
    expect(await recordsOf(folder)).toEqual(before);
    expect((await readFile(file)).readUInt8(at)).toBe(byte ^ 0x10);

    await store.put('/meanwhile', 'written');
    await writeByte(file, at, byte);
    await cluster.restart(damaged);
    for (const [key, value] of [
      ['/large', large],
      ['/meanwhile', Buffer.from('written')],
    ] as const) {
      const entry = await store.get(key, { node: damaged });
      expect(entry !== null && value.equals(entry.value), key).toBe(true);
    }
  });
});

async function writeByte(path: string, at: number, byte: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(Buffer.from([byte]), 0, 1, at);
  await file.close();
}

/** All entries and hard states of a log, key and value, as they stand on disk. */
async function recordsOf(folder: string): Promise<readonly string[]> {
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const environment = openEnvironment<Buffer, Buffer>({ path: folder, noSubdir: false, readOnly: true, ...binary });
  const tables = ['entries', 'hardStates'].map((name) => environment.openDB<Buffer, Buffer>({ name, ...binary }));
  const records = tables.flatMap((table) =>
    [...table.getRange()].map(({ key, value }) => `${key.toString('hex')} ${value.toString('base64')}`),
  );
  await environment.close();
  return records;
}
