import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { makeTemporaryFolder, removeTemporaryFolder } from '../support/temporary-folder.ts';

const runProgramUrl = new URL('../../infra/setup/run-program.mjs', import.meta.url);
const failureUrl = new URL('../../infra/setup/setup-failure.mjs', import.meta.url);

const started: ChildProcess[] = [];

afterEach(() => {
  for (const { pid } of started.splice(0)) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // The group has ended by itself.
    }
  }
});

/** Runs a shell command by way of runProgram, in a process of its own. */
function runInChild(command: string, options: { readonly quiet: boolean }) {
  const script = `
    import { runProgram } from '${runProgramUrl}';
    import { runCommand } from '${failureUrl}';
    await runCommand(() => runProgram('sh', ['-c', process.argv[1]], { cwd: '/', quiet: ${options.quiet} }));
  `;
  return startScript(script, command);
}

/** Runs a module in a process that leads a group, so that the end of a test leaves nothing behind. */
function startScript(script: string, argument = '') {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, argument], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  return child;
}

async function outcomeOf(child: ReturnType<typeof startScript>): Promise<[unknown, string]> {
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [exitCode] = await once(child, 'close');
  return [exitCode, Buffer.concat(chunks).toString()];
}

test('a program that ends well shows its output, unless it is to be quiet', async () => {
  expect(await outcomeOf(runInChild('echo out; echo err >&2', { quiet: false }))).toEqual([0, 'out\nerr\n']);
  expect(await outcomeOf(runInChild('echo out; echo err >&2', { quiet: true }))).toEqual([0, '']);
});

test.each([true, false])('a program that fails shows its output and gives its exit code (quiet: %s)', async (quiet) => {
  expect(await outcomeOf(runInChild('echo out; exit 7', { quiet }))).toEqual([7, 'out\nsh failed with exit code 7\n']);
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s is handed on to the program, whose end is waited for', async (signal, exitCode) => {
  const cleanUp = `trap "echo cleaned up; exit ${exitCode}" TERM INT`;
  const child = runInChild(`${cleanUp}; echo ready; while :; do sleep 0.05; done`, { quiet: false });
  const outcome = outcomeOf(child);
  await once(child.stdout, 'data');
  child.kill(signal);
  expect(await outcome).toEqual([exitCode, `ready\ncleaned up\nsh failed with exit code ${exitCode}\n`]);
});

test.each([
  ['npm', 'npm'],
  ['the shell between', 'shell'],
] as const)('nothing outlives %s that is killed', async (_, victim) => {
  const folder = await makeTemporaryFolder('npm');
  onTestFinished(() => removeTemporaryFolder(folder));
  const script = `
    import { runProgram } from '${runProgramUrl}';
    console.log('pids', process.ppid, process.pid);
    await runProgram('sh', ['-c', 'echo pids $$; exec sleep 600'], { cwd: '/' });`;
  await writeFile(join(folder, 'start.mjs'), script);
  const manifest = { name: 'test', version: '1.0.0', scripts: { start: 'node start.mjs; exit 0' } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const npm = spawn('npm', ['start', '--silent'], { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(npm);
  const pids: number[] = [];
  for await (const line of createInterface({ input: npm.stdout })) {
    pids.push(...line.split(' ').slice(1).map(Number));
    if (pids.length === 3) break;
  }
  const [shell = 0] = pids;
  process.kill(victim === 'npm' ? Number(npm.pid) : shell, 'SIGKILL');
  await eventually('all of them are gone', async () => (pids.some(isRunning) ? null : true));
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a program that a signal ended gives 128 and the number of the signal', async () => {
  expect(await outcomeOf(runInChild('kill -9 $$', { quiet: false }))).toEqual([137, 'sh failed with exit code 137\n']);
});

test('a program that is not there is said in one line', async () => {
  const script = `
    import { runProgram } from '${runProgramUrl}';
    import { runCommand } from '${failureUrl}';
    await runCommand(() => runProgram('/no/such/program', [], { cwd: '/' }));
  `;
  const child = startScript(script);
  expect(await outcomeOf(child)).toEqual([1, '/no/such/program cannot be run: spawn /no/such/program ENOENT\n']);
});
