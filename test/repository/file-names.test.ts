import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, workspacePackages } from './workspace.ts';

const files = [...workspacePackages().map(({ folder }) => folder), 'infra', 'test'].flatMap(filesBelow);

test('no file or folder is named for nothing in particular', () => {
  const vague = files.filter((path) => path.split('/').some((part) => isVague(part.replace(/\..*$/, ''))));
  expect(vague).toEqual([]);
});

const isVague = (name: string): boolean => /^(?:utils?|helpers?|common|managers?|misc)$/i.test(name);

test('names of code are in kebab case', () => {
  const code = files.filter((path) => /\.(?:ts|mts|js|mjs)$/.test(path));
  expect(code.filter((path) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)*$/.test(basename(path)))).toEqual([]);
  expect(code).toContain(join('packages', 'actor', 'src', 'actor-system.ts'));
});
