import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { makeTemporaryFolder, removeTemporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../..', import.meta.url));

const javaScript = `
import { connect, QuorateError, RevisionMismatch } from '@quorate/client';

const store = await connect({ servers: process.argv[2] });
const { revision } = await store.put('/app/greeting', 'hello');
const entry = await store.get('/app/greeting');
const refused = await store.put('/app/greeting', 'again', { ifRevision: 0n }).catch((error) => error);
const keys = [];
for await (const { key } of store.list({ prefix: '/app/' })) keys.push(key);
const indexes = [];
let written = null;
for await (const { index, command } of store.committed({ fromIndex: 1n })) {
  indexes.push(index);
  written = command;
  if (command?.kind === 'put') break;
}
const { leader, nodes } = await store.status();
await store.close();
console.log(JSON.stringify({
  revision: String(revision),
  value: Buffer.from(entry.value).toString(),
  refused: [refused instanceof RevisionMismatch, refused instanceof QuorateError, refused.code],
  keys,
  inOrder: indexes.every((index, at) => index === BigInt(at + 1)),
  written: [written.kind, written.key, Buffer.from(written.value).toString()],
  leads: nodes.some(({ id, role }) => id === leader && role === 'leader'),
}));
`;

const typeScript = `
import { connect, type Entry, NoLeader, type Store } from '@quorate/client';

export async function read(servers: string): Promise<string | null> {
  const store: Store = await connect({ servers, timeoutMs: 1_000 });
  try {
    const entry: Entry | null = await store.get('/app/greeting', { node: 'n1' });
    // @ts-expect-error A value is bytes.
    const text: string | undefined = entry?.value;
    const { revision }: { readonly revision: bigint } = await store.put('/a', new Uint8Array([1]), { ifRevision: 0n });
    for await (const { index, term } of store.committed({ fromIndex: revision })) return String(index + term) + text;
    return null;
  } catch (error) {
    return error instanceof NoLeader ? error.code : null;
  } finally {
    await store.close();
  }
}
`;

describe('the client package, in an empty project', () => {
  let project = '';

  beforeAll(async () => {
    project = await makeTemporaryFolder('project');
    const dependencies = await pack(await withDependencies('@quorate/client'), project);
    expect(Object.keys(dependencies)).toContain('@quorate/wire');
    const manifest = { name: 'project', private: true, type: 'module', dependencies };
    await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
    const options = ['--prefer-offline', '--no-audit', '--no-fund', '--engine-strict'];
    await run('npm', ['install', '--prefix', project, ...options], { cwd: project });
  }, 180_000);

  afterAll(() => removeTemporaryFolder(project));

  test.each(localDeliveries)(
    'works from JavaScript, local delivery by %s',
    { timeout: 60_000 },
    async (localDelivery) => {
      const cluster = await TestCluster.start({ steady: true, localDelivery });
      await writeFile(join(project, 'use.js'), javaScript);
      const { stdout } = await run(process.execPath, ['use.js', cluster.nats.url], { cwd: project, timeout: 30_000 });
      expect(JSON.parse(stdout)).toEqual({
        revision: '1',
        value: 'hello',
        refused: [true, true, 'RevisionMismatch'],
        keys: ['/app/greeting'],
        inOrder: true,
        written: ['put', '/app/greeting', 'hello'],
        leads: true,
      });
    },
  );

  test('has its types', async () => {
    await writeFile(join(project, 'use.ts'), typeScript);
    const compilerOptions = { strict: true, module: 'nodenext', target: 'es2023', noEmit: true, skipLibCheck: false };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    const checked = await run(join(repository, 'node_modules/.bin/tsc'), ['-p', project]).catch((error) => error);
    expect(checked.stdout).toBe('');
  });
});

/** A package of this workspace, and all those of it that it needs: their folders by their names. */
async function withDependencies(name: string): Promise<ReadonlyMap<string, string>> {
  const all = new Map<string, { readonly folder: string; readonly dependencies: readonly string[] }>();
  for (const folder of await readdir(join(repository, 'packages'))) {
    const path = join(repository, 'packages', folder);
    const manifest = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
    all.set(manifest.name, { folder: path, dependencies: Object.keys(manifest.dependencies ?? {}) });
  }
  const needed = new Map<string, string>();
  const add = (wanted: string): void => {
    const found = all.get(wanted);
    if (found === undefined || needed.has(wanted)) return;
    needed.set(wanted, found.folder);
    for (const dependency of found.dependencies) add(dependency);
  };
  add(name);
  return needed;
}

/** Packs packages into a folder as npm would publish them, and gives what depends on them there. */
async function pack(folders: ReadonlyMap<string, string>, into: string): Promise<Record<string, string>> {
  const options = ['--json', '--foreground-scripts=false', '--pack-destination', into];
  const { stdout } = await run('npm', ['pack', ...options, ...folders.values()], { cwd: repository });
  const packed: readonly { readonly name: string; readonly filename: string }[] = JSON.parse(stdout);
  return Object.fromEntries(packed.map(({ name, filename }) => [name, `file:${filename}`]));
}
