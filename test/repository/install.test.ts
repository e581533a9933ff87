import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const setupFolder = new URL('../../infra/setup/', import.meta.url);
const script = `
  import { ensureInstalled } from '${new URL('install.mjs', setupFolder)}';
  import { runCommand } from '${new URL('setup-failure.mjs', setupFolder)}';
  await runCommand(() => ensureInstalled(process.argv[1]));
`;

let root: string;
const started: ChildProcess[] = [];

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'quorate-install-')));
  await makeClone();
});

afterEach(async () => {
  for (const child of started.splice(0)) killGroup(child);
  await rm(root, { recursive: true, force: true });
});

/** A workspace that needs nothing from a registry: one package, with a program. */
async function makeClone(): Promise<void> {
  await write('package.json', {
    name: 'clone',
    version: '1.0.0',
    workspaces: ['packages/*'],
    engines: { node: '>=20.19' },
    scripts: { test: 'true' },
  });
  await write('packages/one/package.json', { name: 'one', version: '1.0.0', bin: { one: './bin/one.js' } });
  await write('packages/one/bin/one.js', '#!/usr/bin/env node\nconsole.log("one")\n');
  await chmod(join(root, 'packages/one/bin/one.js'), 0o755);
  await write('.npmrc', 'offline=true\naudit=false\nfund=false\nupdate-notifier=false\n');
  await write('package-lock.json', {
    name: 'clone',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'clone', version: '1.0.0', workspaces: ['packages/*'], engines: { node: '>=20.19' } },
      'node_modules/one': { resolved: 'packages/one', link: true },
      'packages/one': { version: '1.0.0', bin: { one: 'bin/one.js' } },
    },
  });
}

async function write(path: string, content: unknown): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
}

async function change(path: string, fields: Record<string, unknown>): Promise<void> {
  const manifest: unknown = JSON.parse(await readFile(join(root, path), 'utf8'));
  await write(path, { ...Object(manifest), ...fields });
}

interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs ensureInstalled in a process of its own, which leads a group. */
function start(environment: NodeJS.ProcessEnv = {}): { child: ChildProcess; outcome: Promise<Outcome> } {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, root], {
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const outcome = once(child, 'close').then(([exitCode]) => ({
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    output: Buffer.concat(chunks).toString(),
  }));
  return { child, outcome };
}

const install = (environment?: NodeJS.ProcessEnv): Promise<Outcome> => start(environment).outcome;

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(join(root, path)).then(
    () => true,
    () => false,
  );

const inodeOfModules = async (): Promise<number> => (await stat(join(root, 'node_modules'))).ino;

/** A stand-in for npm, for what the real one does not do on request. */
async function fakeNpm(body: string): Promise<NodeJS.ProcessEnv> {
  await write('fake/npm', `#!/bin/sh\n${body}\n`);
  await chmod(join(root, 'fake/npm'), 0o755);
  return { PATH: `${join(root, 'fake')}${delimiter}${process.env.PATH}` };
}

test('installs once, and says so in one line', async () => {
  expect(await install()).toEqual({
    exitCode: 0,
    output: 'Installing packages with npm ci: there are none yet\n',
  });
  expect(await realpath(join(root, 'node_modules/one'))).toBe(join(root, 'packages/one'));
  expect(await realpath(join(root, 'node_modules/.bin/one'))).toBe(join(root, 'packages/one/bin/one.js'));
  expect(await readdir(join(root, '.cache'))).toEqual([]);

  const inode = await inodeOfModules();
  expect(await install()).toEqual({ exitCode: 0, output: '' });
  expect(await inodeOfModules()).toBe(inode);
});

test('installs again when what decides has changed, and only then', async () => {
  await install();
  await change('package.json', { scripts: { test: 'false' }, description: 'Changed.' });
  expect((await install()).output).toBe('');

  await change('packages/one/package.json', { peerDependenciesMeta: {}, engines: { node: '>=20' } });
  const changed = 'Installing packages with npm ci: package-lock.json or a package.json has changed\n';
  expect(await install()).toEqual({ exitCode: 0, output: changed });
  expect((await install()).output).toBe('');

  const lock = await readFile(join(root, 'package-lock.json'), 'utf8');
  await write('package-lock.json', `${lock}\n`);
  expect((await install()).output).toBe(changed);

  await rm(join(root, 'node_modules'), { recursive: true });
  expect((await install()).output).toContain('there are none yet');
});

test('a node_modules that something else made is replaced', async () => {
  await write('node_modules/left-over/index.js', '');
  expect((await install()).exitCode).toBe(0);
  expect(await exists('node_modules/left-over')).toBe(false);
  expect(await exists('node_modules/one/package.json')).toBe(true);
});

test('when npm fails its output is shown, and what was there stays', async () => {
  await install();
  const inode = await inodeOfModules();
  await change('packages/one/package.json', { dependencies: { 'not-in-the-lock': '1.0.0' } });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const { exitCode, output } = await install();
    expect(exitCode).toBe(1);
    expect(output).toContain('not-in-the-lock');
    expect(output).toMatch(/\nnpm failed with exit code 1\n$/);
    expect(await inodeOfModules()).toBe(inode);
    expect(await readdir(join(root, '.cache'))).toEqual([]);
  }
});

const halfInstalled = async (): Promise<boolean> => {
  const folders = await readdir(join(root, '.cache')).catch(() => []);
  const found = await Promise.all(folders.map((folder) => exists(join('.cache', folder, 'node_modules/half'))));
  return found.includes(true);
};

test('an install that is killed half-way is not taken for whole', async () => {
  const environment = await fakeNpm('mkdir node_modules && echo half > node_modules/half && sleep 60');
  const { child, outcome } = start(environment);
  await expect.poll(halfInstalled, { interval: 20, timeout: 10_000 }).toBe(true);
  killGroup(child);
  expect((await outcome).exitCode).toBeNull();
  expect(await exists('node_modules')).toBe(false);

  expect((await install()).exitCode).toBe(0);
  expect(await exists('node_modules/half')).toBe(false);
  expect(await exists('node_modules/one/package.json')).toBe(true);
});

test('the folder of a killed install is removed when it is a day old', async () => {
  await mkdir(join(root, '.cache/install-old'), { recursive: true });
  await mkdir(join(root, '.cache/install-new'), { recursive: true });
  const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
  await utimes(join(root, '.cache/install-old'), twoDaysAgo, twoDaysAgo);
  await install();
  expect(await readdir(join(root, '.cache'))).toEqual(['install-new']);
});

test('a workspace that needs another version of a package gets a node_modules of its own, for as long as it needs one', async () => {
  const own = 'packages/one/node_modules';
  expect(
    (await install(await fakeNpm(`mkdir -p node_modules ${own}/two && echo 2 > ${own}/two/index.js`))).exitCode,
  ).toBe(0);
  expect(await readFile(join(root, own, 'two/index.js'), 'utf8')).toBe('2\n');
  await write('package-lock.json', `${await readFile(join(root, 'package-lock.json'), 'utf8')}\n`);
  expect((await install()).exitCode).toBe(0);
  expect(await exists(own)).toBe(false);
});

test('several at once leave one whole node_modules', async () => {
  const outcomes = await Promise.all([install(), install(), install()]);
  expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  expect(await exists('node_modules/one/package.json')).toBe(true);
  expect(await readdir(join(root, '.cache'))).toEqual([]);
  expect((await install()).output).toBe('');
});

test('an older Node.js is told so in one line, before anything else happens', async () => {
  await change('package.json', { engines: { node: '>=999.1' } });
  expect(await install()).toEqual({
    exitCode: 1,
    output: `Node.js 999.1 or newer is needed, this is ${process.versions.node}: https://nodejs.org/\n`,
  });
  expect(await exists('.cache')).toBe(false);
});
