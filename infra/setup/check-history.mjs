// npm run check-history -- FILE…: says of each recorded history in one line whether it is linearizable, or that it is
// undecided, malformed or unreadable. Why goes to stderr, as does everything else. Exit code: 0 if all could be decided, 1 if not, 2 if a file was
// none.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { installedProgram, repositoryFolder } from './repository.mjs';
import { runProgram } from './run-program.mjs';
import { runCommand, SetupFailure } from './setup-failure.mjs';

// Nothing but the answers goes to stdout.
console.log = console.error;

// The time that this process works counts, so that a verdict does not depend on what else the machine does; but a minute is the end of it.
const maxCpuMsOfOneFile = 50_000;
const maxMsOfOneFile = 56_000;
const maxMsOfOneExplanation = 3_000;

await runCommand(async () => {
  const files = process.argv.slice(2);
  if (files.length === 0) throw new SetupFailure('Usage: npm run check-history -- FILE…', 2);
  await ensureInstalled();
  await runProgram(installedProgram('tsc'), ['-b', 'packages/checker'], { cwd: repositoryFolder, quiet: true });
  const { checkLog } = await import('../../packages/checker/dist/index.js');

  const exitCodes = [];
  for (const file of files) exitCodes.push(await check(file, checkLog));
  process.exitCode = Math.max(...exitCodes);
});

/** Checks one file, and gives the exit code that it asks for. */
async function check(file, checkLog) {
  // npm runs this in the root of the clone, wherever it was called.
  const path = resolve(process.env.INIT_CWD ?? process.cwd(), file);
  try {
    const verdict = checkLog(await readText(path), { isExpired: after(maxCpuMsOfOneFile, maxMsOfOneFile) });
    process.stdout.write(`${file} ${verdict.kind}\n`);
    const lines = verdict.explain({ isExpired: after(maxMsOfOneExplanation, maxMsOfOneExplanation) });
    if (lines.length > 0) console.error(`${file}: ${lines.join('\n  ')}`);
    return verdict.kind === 'undecided' ? 1 : 0;
  } catch (error) {
    if (typeof error.code !== 'string') throw error;
    const isMalformed = error.code === 'MalformedLog';
    process.stdout.write(`${file} ${isMalformed || isNoText(error) ? 'malformed' : 'unreadable'}\n`);
    console.error(`${file}${isMalformed ? `:${error.line}` : ''}: ${error.message}`);
    return 2;
  }
}

async function readText(path) {
  return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
}

function isNoText(error) {
  return error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
}

function after(cpuMs, durationMs) {
  const endsAtMs = performance.now() + durationMs;
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 > cpuMs || performance.now() > endsAtMs;
  };
}
