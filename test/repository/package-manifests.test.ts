import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { objectOf, readJson, repositoryFolder, workspacePackages } from './workspace.ts';

const packages = workspacePackages();

test('the root compiles every package', () => {
  const { references } = readJson('tsconfig.json');
  const paths = (Array.isArray(references) ? references : []).map((reference) => String(objectOf(reference).path));
  expect(packages.map(({ folder }) => folder).filter((folder) => !paths.includes(folder))).toEqual([]);
});

describe.each(packages.map((one) => [one.folder, one] as const))('%s', (folder, { name, manifest }) => {
  test('can be published', () => {
    const root = readJson('package.json');
    expect(manifest).toMatchObject({
      name: expect.stringMatching(/^@quorate\/[a-z-]+$/),
      version: root.version,
      description: expect.stringMatching(/\.$/),
      license: root.license,
      type: 'module',
      engines: root.engines,
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    });
    expect(manifest.private).toBeUndefined();
    expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'src']));
    // What has programs is bundled as well.
    const build = manifest.bin === undefined ? 'tsc -b' : 'node ../../infra/setup/build.mjs';
    expect(objectOf(manifest.scripts).prepack).toBe(`${build} && ln -f ../../LICENSE LICENSE`);
    expect(existsSync(join(repositoryFolder, folder, 'src/index.ts'))).toBe(true);
  });

  test('has programs that npm can link before anything is built', () => {
    for (const [program, path] of Object.entries(objectOf(manifest.bin))) {
      const file = join(repositoryFolder, folder, String(path));
      expect(statSync(file).mode & 0o111, program).toBe(0o111);
      expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(manifest.files).toContain(String(path).split('/')[1]);
    }
  });

  test('has a README of a few lines that begins with its name', () => {
    const path = join(repositoryFolder, folder, 'README.md');
    expect(existsSync(path), 'README.md').toBe(true);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe(`# ${name}`);
    expect(lines.length).toBeGreaterThan(2);
  });
});
