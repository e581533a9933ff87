import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const binFolder = fileURLToPath(new URL('../bin', import.meta.url));

let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'quorate-bundle-'));
  cpSync(binFolder, join(clone, 'packages/cli/bin'), { recursive: true });
  write('packages/cli/package.json', '{ "type": "module" }', 100);
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

/** Writes a file of the clone, as if that had been so many seconds after the epoch. */
function write(path: string, text: string, changedAt: number): void {
  const file = join(clone, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  utimesSync(file, changedAt, changedAt);
}

function started(launcher = join(clone, 'packages/cli/bin/quorate.js')): string {
  const { stdout, stderr } = spawnSync(process.execPath, [launcher], { encoding: 'utf8' });
  return stdout.trim() || stderr;
}

const compiled = (changedAt: number): void => {
  write('packages/cli/dist/main.js', "console.log('compiled')", changedAt);
  write('packages/cli/dist/.tsbuildinfo', '{}', changedAt);
};

const bundled = (changedAt: number): void =>
  write('packages/cli/bundle/quorate.mjs', "console.log('bundled')", changedAt);

test('the command starts from its bundle', () => {
  compiled(200);
  bundled(300);
  expect(started()).toBe('bundled');
});

test('without a bundle, from what its sources were compiled to', () => {
  compiled(200);
  expect(started()).toBe('compiled');
});

test.each(['packages/raft', 'services/node'])('a bundle that is older than %s is left alone', (changed) => {
  compiled(200);
  bundled(300);
  write(`${changed}/dist/.tsbuildinfo`, '{}', 400);
  expect(started()).toBe('compiled');
});

test('where it is installed, beside packages that are none of its own, and through a link', () => {
  bundled(300);
  cpSync(join(clone, 'packages/cli'), join(clone, 'node_modules/@quorate/cli'), { recursive: true });
  mkdirSync(join(clone, 'node_modules/.bin'));
  symlinkSync('../@quorate/cli/bin/quorate.js', join(clone, 'node_modules/.bin/quorate'));
  expect(started(join(clone, 'node_modules/.bin/quorate'))).toBe('bundled');
});
