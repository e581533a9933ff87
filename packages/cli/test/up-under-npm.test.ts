import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithThisProcess } from '@quorate/local-machine';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processEntry } from '../src/up/process-entry.ts';
import { cleanEnvironment, launcher } from './command.ts';
import { gone, killAll, statusAt } from './processes.ts';
import { type UpProcess, watchUp } from './up-process.ts';

let folder: string;
/** Processes that end with npm, unless something is wrong. */
const started: number[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-npm-'));
});
afterEach(async () => {
  killAll(started.splice(0));
  await rm(folder, { recursive: true, force: true });
});

/** Runs `npm start` for a script, as the first of a group of processes. */
async function npmStart(script: string): Promise<UpProcess> {
  const manifest = { name: 'test', version: '1.0.0', scripts: { start: script } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const child = spawn('npm', ['start', '--silent'], {
    cwd: folder,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  endWithThisProcess(child);
  return watchUp(child);
}

/** Runs `up` by npm, and tells the pids of everything below the shell between them. */
async function upByNpm(): Promise<{ readonly npm: UpProcess; readonly pids: readonly number[] }> {
  const npm = await npmStart(`node ${JSON.stringify(launcher)} up --port 0 --nodes 2 --data data`);
  await npm.ready();
  const nodes = (await statusAt(npm.url())).nodes.map(({ pid }) => pid);
  const up = processEntry(nodes[0] ?? 0)?.parentPid ?? 0;
  const pids = [...nodes, up];
  started.push(...pids);
  return { npm, pids };
}

test.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('nothing outlives an npm that gets %s', async (signal) => {
  const { npm, pids } = await upByNpm();
  expect(pids).toHaveLength(3);
  await npm.end(signal);
  await gone(pids);
});

test('an interrupt of the whole group, as from a terminal, ends everything without noise', async () => {
  const { npm, pids } = await upByNpm();
  process.kill(-(npm.child.pid ?? 0), 'SIGINT');
  await gone(pids);
  expect(npm.complaints).toEqual([]);
});

test('nothing outlives the shell between npm and up', async () => {
  const { npm, pids } = await upByNpm();
  const shell = processEntry(pids.at(-1) ?? 0)?.parentPid ?? 0;
  expect(processEntry(shell)?.parentPid).toBe(npm.child.pid);
  process.kill(shell, 'SIGKILL');
  await gone(pids);
});

test('nothing begins where npm has gone before', async () => {
  const script = `
    import { existsSync } from 'node:fs';
    console.log(process.pid);
    while (!existsSync('npm-is-gone')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (!existsSync('package.json')) process.exit();
    }
    process.argv = [process.execPath, 'quorate', 'up', '--port', '0', '--data', 'data'];
    await import(${JSON.stringify(launcher)});`;
  await writeFile(join(folder, 'start.mjs'), script);
  const npm = await npmStart('node start.mjs');
  const pid = Number(await npm.line(/^\d+$/));
  started.push(pid);
  npm.child.kill('SIGKILL');
  await gone([npm.child.pid ?? 0]);
  await writeFile(join(folder, 'npm-is-gone'), '');
  await gone([pid]);
  expect(await readdir(folder)).not.toContain('data');
});
