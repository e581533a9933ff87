import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { moduleSpecifiers } from './module-specifiers.ts';
import { objectOf, repositoryFolder, type WorkspacePackage, workspacePackages } from './workspace.ts';

/** Which of the others a package may import. A package that is not here may not exist. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  '@quorate/actor': [],
  '@quorate/raft': ['@quorate/actor'],
  '@quorate/config-store': ['@quorate/raft'],
  '@quorate/wire': ['@quorate/actor', '@quorate/raft', '@quorate/config-store'],
  '@quorate/lmdb-storage': ['@quorate/actor', '@quorate/raft', '@quorate/config-store', '@quorate/wire'],
  '@quorate/nats-connection': [],
  '@quorate/nats-bus': ['@quorate/actor', '@quorate/raft', '@quorate/wire', '@quorate/nats-connection'],
  '@quorate/telemetry': ['@quorate/actor', '@quorate/raft'],
  '@quorate/broker': [],
  '@quorate/client': ['@quorate/raft', '@quorate/config-store', '@quorate/wire', '@quorate/nats-connection'],
  '@quorate/cli': [
    '@quorate/actor',
    '@quorate/config-store',
    '@quorate/wire',
    '@quorate/client',
    '@quorate/broker',
    '@quorate/node',
    '@quorate/load',
    '@quorate/local-machine',
  ],
  '@quorate/load': [],
  '@quorate/local-machine': [],
  '@quorate/checker': [],
  '@quorate/sim': ['@quorate/actor', '@quorate/raft', '@quorate/config-store', '@quorate/checker'],
  '@quorate/node': [
    '@quorate/actor',
    '@quorate/raft',
    '@quorate/config-store',
    '@quorate/wire',
    '@quorate/lmdb-storage',
    '@quorate/nats-connection',
    '@quorate/nats-bus',
    '@quorate/telemetry',
  ],
};

const packages = workspacePackages();
const byName = new Map(packages.map((one) => [one.name, one]));

interface Import {
  /** The importing file, from the root of the clone. */
  readonly file: string;
  readonly specifier: string;
}

const importsOf = ({ sources }: WorkspacePackage): readonly Import[] =>
  sources.flatMap(({ path, code }) => moduleSpecifiers(code).map((specifier) => ({ file: path, specifier })));

const isRelative = ({ specifier }: Import): boolean => specifier.startsWith('.');

/** The package that a specifier names: `@scope/name` of `@scope/name/part`. */
const packageOf = ({ specifier }: Import): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

const packagesImportedBy = (one: WorkspacePackage): readonly string[] => {
  const names = importsOf(one)
    .filter((found) => !isRelative(found) && !found.specifier.startsWith('node:'))
    .map(packageOf);
  return [...new Set(names)].sort();
};

const text = ({ file, specifier }: Import): string => `${file}: ${specifier}`;

describe.each(packages.map((one) => [one.folder, one] as const))('%s', (folder, one) => {
  test('imports of the other packages only what it may', () => {
    const allowed = mayImport[one.name];
    expect(allowed, `${one.name} has no line in the table of who may import whom`).toBeDefined();
    const forbidden = importsOf(one).filter(
      (found) => byName.has(packageOf(found)) && allowed?.includes(packageOf(found)) !== true,
    );
    expect(forbidden.map(text)).toEqual([]);
  });

  test('imports the other packages by what they export', () => {
    const inner = importsOf(one).filter((found) => {
      const target = byName.get(packageOf(found));
      if (target === undefined) return false;
      return !(`.${found.specifier.slice(target.name.length)}` in objectOf(target.manifest.exports));
    });
    expect(inner.map(text)).toEqual([]);
  });

  test('imports its own files only, with their endings', () => {
    const source = join(repositoryFolder, folder, 'src');
    const wrong = importsOf(one)
      .filter(isRelative)
      .filter(({ file, specifier }) => {
        const path = join(repositoryFolder, dirname(file), specifier);
        return relative(source, path).startsWith('..') || !path.endsWith('.ts') || !existsSync(path);
      });
    expect(wrong.map(text)).toEqual([]);
  });

  test('declares what it imports as dependencies, and nothing else', () => {
    const dependencies = { ...objectOf(one.manifest.dependencies), ...objectOf(one.manifest.peerDependencies) };
    expect(Object.keys(dependencies).sort()).toEqual(packagesImportedBy(one));
    for (const [name, version] of Object.entries(dependencies)) {
      if (byName.has(name)) expect(version, name).toBe(byName.get(name)?.manifest.version);
    }
  });

  test('references in tsconfig.json the packages that it imports, and no other', () => {
    const references: readonly unknown[] = Array.isArray(one.tsconfig.references) ? one.tsconfig.references : [];
    const referenced = references.map((reference) => join(folder, String(objectOf(reference).path)));
    const imported = packagesImportedBy(one).flatMap((name) => byName.get(name)?.folder ?? []);
    expect(referenced.sort()).toEqual([...imported].sort());
  });
});
