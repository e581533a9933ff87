import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryFolder } from './workspace.ts';

/** All that the root of the clone may hold, besides files and folders whose name begins with a dot. */
const allowed = [
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'biome.json', 'vitest.config.ts', 'docker-compose.yml'],
  ...['README.md', 'CONTRIBUTING.md', 'LICENSE'],
  ...['services', 'packages', 'infra', 'test', 'docs'],
];

/** What tools put there, and Git ignores. */
const ignored = ['node_modules', 'coverage'];

test('the root holds what everybody expects there, and nothing else', () => {
  const entries = readdirSync(repositoryFolder).filter((name) => !name.startsWith('.') && !ignored.includes(name));
  expect(entries.filter((name) => !allowed.includes(name))).toEqual([]);
});

test('the root holds what a repository that people join has', () => {
  const entries = readdirSync(repositoryFolder);
  const expected = ['README.md', 'CONTRIBUTING.md', 'LICENSE', '.editorconfig', '.gitignore', 'package-lock.json'];
  expect(expected.filter((name) => !entries.includes(name))).toEqual([]);
});

test('README.md can be read at a sitting: it has fewer than 100 lines', () => {
  expect(readFileSync(join(repositoryFolder, 'README.md'), 'utf8').trimEnd().split('\n').length).toBeLessThan(100);
});
