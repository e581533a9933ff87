import { expect, test } from 'vitest';
import { objectOf, readJson, workspacePackages } from './workspace.ts';

const locked = new Map(
  Object.entries(objectOf(readJson('package-lock.json').packages)).map(([path, entry]) => [path, objectOf(entry)]),
);

/** Packages whose optional ones the registry lacks for some platforms: they work without, only slower. */
const incomplete = ['node_modules/msgpackr-extract'];

test('package-lock.json names no registry', () => {
  const withAddress = [...locked].filter(([, { resolved }]) => /^[a-z+]+:/.test(String(resolved ?? '')));
  expect(withAddress.map(([path]) => path)).toEqual([]);
});

test('package-lock.json has the optional packages of every platform', () => {
  const missing = [...locked].flatMap(([path, { optionalDependencies }]) =>
    Object.keys(objectOf(optionalDependencies))
      .filter((name) => !locked.has(`node_modules/${name}`) && !locked.has(`${path}/node_modules/${name}`))
      .map((name) => `${path} lacks ${name}`),
  );
  expect(missing.filter((line) => !incomplete.some((path) => line.startsWith(`${path} `)))).toEqual([]);
});

test.each(['@biomejs/biome', 'lmdb'])('%s has packages for Linux, macOS and Windows', (name) => {
  const optional = Object.keys(objectOf(locked.get(`node_modules/${name}`)?.optionalDependencies));
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64']) {
    const found = optional.find((candidate) => candidate.endsWith(platform));
    expect(found, `${name} for ${platform}`).toBeDefined();
    expect(locked.get(`node_modules/${found}`)).toMatchObject({ optional: true, integrity: expect.any(String) });
  }
});

const lockedFields = ['version', 'license', 'engines', 'dependencies', 'devDependencies', 'peerDependencies'];

test.each(workspacePackages())('package-lock.json agrees with $folder/package.json', ({ folder, name, manifest }) => {
  const entry = locked.get(folder);
  for (const field of lockedFields) expect(entry?.[field], field).toEqual(manifest[field]);
  expect(Object.keys(objectOf(entry?.bin))).toEqual(Object.keys(objectOf(manifest.bin)));
  expect(locked.get(`node_modules/${name}`)).toEqual({ resolved: folder, link: true });
});
