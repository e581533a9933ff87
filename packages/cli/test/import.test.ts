import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leafKey } from '../src/import/import-key.ts';
import { leavesOf } from '../src/import/leaves-of.ts';
import { type CommandResult, quorate } from './command.ts';
import { startUp, type UpProcess } from './up-process.ts';

const fixtures = fileURLToPath(new URL('../../../test/fixtures/', import.meta.url));

let folder: string;
let up: UpProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-import-'));
  up = await startUp(['--data', join(folder, 'data'), '--nodes', '1']);
});
afterAll(async () => {
  await up?.end('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CommandResult> => quorate([...args, '--nats', up.url()]);

const fixtureNames = async (): Promise<readonly string[]> =>
  (await readdir(fixtures)).filter((name) => name !== '.gitattributes');

test('each leaf of a file has a key, and its text as the value', async () => {
  for (const name of await fixtureNames()) {
    const prefix = `/leaves/${name}/of`;
    const leaves = leavesOf({ name, bytes: await readFile(join(fixtures, name)) });
    const { exitCode, stdout, stderr } = await run('import', join(fixtures, name), '--prefix', prefix);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: `${leaves.length} keys written\n`,
      stderr: '',
    });

    const listed = JSON.parse((await run('list', `${prefix}/`, '--json')).stdout);
    const written = new Map(listed.map(({ key, value }: { key: string; value: string }) => [key, value]));
    expect(written).toEqual(new Map(leaves.map(({ path, text }) => [leafKey(prefix, path), text])));
  }
});

test('keys are written in the order of the file', async () => {
  const path = join(folder, 'ordered.yaml');
  const names = Array.from({ length: 40 }, (_, at) => `k${(at * 7) % 40}`);
  await writeFile(path, names.map((name) => `${name}: x\n`).join(''));
  expect(await run('import', path, '--prefix', '/ordered')).toMatchObject({ exitCode: 0 });
  const listed: { key: string; modRevision: string }[] = JSON.parse((await run('list', '/ordered/', '--json')).stdout);
  const written = listed.toSorted((one, other) => Number(one.modRevision) - Number(other.modRevision));
  expect(written.map(({ key }) => key)).toEqual(names.map((name) => `/ordered/${name}`));
});

test('a name with a slash in it is one part of a key, and each document has a number', async () => {
  await run('import', join(fixtures, 'kubernetes.yaml'), '--prefix', '/k8s');
  const { stdout } = await run('list', '/k8s/0/metadata/', '--keys-only');
  expect(stdout).toContain('/k8s/0/metadata/labels/app.kubernetes.io%2Fname\n');
});

test('a raw file comes back byte for byte', async () => {
  for (const name of await fixtureNames()) {
    const { stdout } = await run('import', join(fixtures, name), '--prefix', '/raw/', '--raw');
    expect(stdout).toBe('1 key written\n');
    expect((await run('get', `/raw/${name}`)).bytes).toEqual(await readFile(join(fixtures, name)));
  }
});

test('a broken file is told of with line and column, and nothing of it is written', async () => {
  const path = join(folder, 'broken.yaml');
  await writeFile(path, 'good: 1\nbetter: 2\nbad: [3\n');
  const { exitCode, stdout, stderr } = await run('import', path, '--prefix', '/broken');
  expect(stderr).toMatch(/^quorate: [^\n]*broken\.yaml:\d+:\d+: [^\n]+\n$/);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect((await run('list', '/broken')).stdout).toBe('');
});

test('where one key or value cannot be, none is written', async () => {
  const path = join(folder, 'large.json');
  await writeFile(path, JSON.stringify({ small: 'x', large: 'x'.repeat(524_289) }));
  const large = await run('import', path, '--prefix', '/large');
  expect(large).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/large\.json:1:\d+: .*524289.*524288/) });
  expect((await run('list', '/large')).stdout).toBe('');

  const control = await run('import', join(fixtures, 'package.json'), '--prefix', '/a\tb');
  expect(control).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('(InvalidKey)') });
});

test('the format is given where the name tells none', async () => {
  const path = join(folder, 'settings');
  await writeFile(path, 'PORT=80');
  expect(await run('import', path, '--prefix', '/s')).toMatchObject({ exitCode: 2, stdout: '' });
  expect((await run('import', path, '--prefix', '/s', '--format', 'env')).stdout).toBe('1 key written\n');
  expect((await run('get', '/s/PORT')).stdout).toBe('80');
});

test('a file that is not there is one line', async () => {
  const { exitCode, stderr } = await run('import', join(folder, 'nowhere.json'), '--prefix', '/n');
  expect(stderr).toMatch(/^quorate: [^\n]*nowhere\.json cannot be read: ENOENT\n$/);
  expect(exitCode).toBe(2);
});
