// npm test: all that must hold before a change goes in, from a fresh clone on. Arguments go to vitest, and then only the tests
// that they name are run: `npm test -- packages/raft`.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from './compile.mjs';
import { ensureInstalled } from './install.mjs';
import { findNatsServer } from './nats-server.mjs';
import { installedProgram, repositoryFolder } from './repository.mjs';
import { runProgram } from './run-program.mjs';
import { SetupFailure } from './setup-failure.mjs';
import { countTests } from './test-counts.mjs';

const freshSeeds = 1000;

const startedAtMs = performance.now();
const reportFolder = await mkdtemp(join(tmpdir(), 'quorate-tests-'));
const report = join(reportFolder, 'report.json');
try {
  const failure = await runSteps();
  const counts = await countTests(report, failure === null);
  const outcome = failure === null ? 'passed' : `failed: ${failure.message}`;
  console.log(`== npm test, ${secondsSince(startedAtMs)}: ${outcome}`);
  if (counts !== null) console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = failure?.exitCode ?? 0;
} finally {
  await rm(reportFolder, { recursive: true, force: true });
}

/** Runs the steps up to the first that fails, and gives its SetupFailure. */
async function runSteps() {
  try {
    await step('install', ensureInstalled);
    await step('build', compile);
    await step('lint', () => run('biome', ['check', '.']));
    await step('types of the tests', () => run('tsc', ['-p', 'test/tsconfig.json']));
    const natsServer = await step('nats-server', natsServerPath);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const environment = { ...process.env, QUORATE_NATS_SERVER: natsServer };
    const wanted = process.argv.slice(2);
    await step('tests', () => run('vitest', ['run', ...reporters, ...wanted], environment));
    if (wanted.length === 0) await step('fresh seeds of the simulator', runFreshSeeds);
    return null;
  } catch (error) {
    if (error instanceof SetupFailure) return error;
    throw error;
  }
}

async function step(name, take) {
  console.log(`== ${name}`);
  const stepStartedAtMs = performance.now();
  const result = await take().catch((error) => {
    throw error instanceof SetupFailure ? new SetupFailure(`${name}: ${error.message}`, error.exitCode) : error;
  });
  console.log(`== ${name}: ${secondsSince(stepStartedAtMs)}`);
  return result;
}

function run(program, args, env = process.env) {
  return runProgram(installedProgram(program), args, { cwd: repositoryFolder, env });
}

/** Seeds that nobody has run before, so that every run of the tests looks somewhere else. */
async function runFreshSeeds() {
  const { main } = await import('../../packages/sim/dist/command-line/main.js');
  const jobs = String(availableParallelism());
  const args = ['--seeds', String(freshSeeds), '--start', String(Date.now()), '--jobs', jobs];
  console.log(`npm run sim -- ${args.join(' ')}`);
  if ((await main(args)) !== 0) throw new SetupFailure('a seed failed');
}

async function natsServerPath() {
  const path = await findNatsServer().catch((error) => {
    throw new SetupFailure(error.message);
  });
  console.log(path);
  return path;
}

function secondsSince(momentMs) {
  return `${((performance.now() - momentMs) / 1000).toFixed(1)} s`;
}
