import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTemporaryFolder, removeTemporaryFolder } from '../support/temporary-folder.ts';
import { objectOf, repositoryFolder, workspacePackages } from './workspace.ts';

const run = promisify(execFile);
const packages = workspacePackages();

let place: string;
/** Where each package was unpacked that npm would publish, by its name. */
const unpacked = new Map<string, string>();

/** Packs folders as npm would publish them, and gives the archives by the packages' names. */
async function pack(folders: readonly string[], cwd: string): Promise<ReadonlyMap<string, string>> {
  const options = ['--json', '--foreground-scripts=false', '--pack-destination', place];
  const { stdout } = await run('npm', ['pack', ...options, ...folders.map((folder) => join(cwd, folder))], { cwd });
  const packed: readonly { readonly name: string; readonly filename: string }[] = JSON.parse(stdout);
  return new Map(packed.map(({ name, filename }) => [name, join(place, filename)]));
}

async function unpack(archive: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await run('tar', ['-xzf', archive, '-C', folder]);
  return join(folder, 'package');
}

beforeAll(async () => {
  place = await makeTemporaryFolder('packed');
  const archives = await pack(
    packages.map(({ folder }) => folder),
    repositoryFolder,
  );
  for (const [name, archive] of archives) unpacked.set(name, await unpack(archive, join(place, name)));
}, 300_000);

afterAll(() => removeTemporaryFolder(place));

/** The files of a package, from its folder. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}

describe.each(packages)('$name', ({ name, manifest, sources, folder: packageFolder }) => {
  const folder = (): string => unpacked.get(name) ?? '';

  test('comes with its licence', async () => {
    const licence = await readFile(join(repositoryFolder, 'LICENSE'), 'utf8');
    expect(await readFile(join(folder(), 'LICENSE'), 'utf8')).toBe(licence);
  });

  test('has what it exports, and the programs that it names', async () => {
    const named = [manifest.bin, ...Object.values(objectOf(manifest.exports))].flatMap((paths) =>
      Object.values(objectOf(paths)).map((path) => normalize(String(path))),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(await filesOf(folder())).toEqual(expect.arrayContaining(named));
  });

  test('has the bundle, if it has programs', async () => {
    const files = await filesOf(folder());
    expect(files.includes('bundle/quorate.mjs')).toBe(manifest.bin !== undefined);
  });

  test('has the sources that its maps name', async () => {
    const files = await filesOf(folder());
    const modules = sources.map(({ path }) => path.slice(`${packageFolder}/src/`.length, -'.ts'.length));
    for (const module of modules.filter((path) => !path.endsWith('.d'))) {
      for (const map of [`dist/${module}.js.map`, `dist/${module}.d.ts.map`]) {
        const named: { readonly sources: readonly string[] } = JSON.parse(await readFile(join(folder(), map), 'utf8'));
        expect(named.sources.map((source) => join(dirname(map), source))).toEqual([`src/${module}.ts`]);
      }
      expect(files).toContain(`src/${module}.ts`);
    }
  });

  test('has nothing else', async () => {
    const others = (await filesOf(folder())).filter((file) => !/^(dist|src|bin|bundle)\//.test(file));
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect((await filesOf(folder())).filter((file) => /tsbuildinfo|\.test\./.test(file))).toEqual([]);
  });
});

test('a package that is packed before anything was built is built', async () => {
  const clone = join(place, 'clone');
  for (const path of ['LICENSE', 'package.json', 'infra/typescript', 'packages/actor']) {
    const filter = (source: string): boolean => !/\/(dist|node_modules)$/.test(source);
    await cp(join(repositoryFolder, path), join(clone, path), { recursive: true, filter });
  }
  await symlink(join(repositoryFolder, 'node_modules'), join(clone, 'node_modules'));
  await writeFile(join(clone, '.npmrc'), '');
  const archive = (await pack(['packages/actor'], clone)).get('@quorate/actor') ?? '';
  expect(await filesOf(await unpack(archive, join(place, 'from-clone')))).toContain('dist/index.js');
});
