// npm run check-history -- FILE…: says of each recorded history whether it is linearizable, one line each. Why one is not
// goes to stderr, as does everything else. Exit code: 0 if all could be decided, 1 if not, 2 if a file could not be read.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { installedProgram, repositoryFolder } from './repository.mjs';
import { runProgram } from './run-program.mjs';
import { runCommand, SetupFailure } from './setup-failure.mjs';

// Nothing but the answers goes to stdout.
console.log = console.error;

const maxMsOfOneFile = 30_000;
const maxMsOfOneExplanation = 3_000;
// Keeps what a search remembers within a gigabyte.
const maxSteps = 100_000_000;

await runCommand(async () => {
  const files = process.argv.slice(2);
  if (files.length === 0) throw new SetupFailure('Usage: npm run check-history -- FILE…', 2);
  await ensureInstalled();
  await runProgram(installedProgram('tsc'), ['-b', 'packages/checker'], { cwd: repositoryFolder, quiet: true });
  const { checkLog, MalformedLog } = await import('../../packages/checker/dist/index.js');

  const exitCodes = [];
  for (const file of files) exitCodes.push(await check(file, checkLog, MalformedLog));
  process.exitCode = Math.max(...exitCodes);
});

/** Checks one file, and gives the exit code that it asks for. */
async function check(file, checkLog, MalformedLog) {
  // npm runs this in the root of the clone, wherever it was called.
  const path = resolve(process.env.INIT_CWD ?? process.cwd(), file);
  try {
    const verdict = checkLog(await readText(path), { maxSteps, isExpired: after(maxMsOfOneFile) });
    process.stdout.write(`${file} ${verdict.kind}\n`);
    const lines = verdict.explain({ isExpired: after(maxMsOfOneExplanation) });
    if (lines.length > 0) console.error(`${file}: ${lines.join('\n  ')}`);
    return verdict.kind === 'undecided' ? 1 : 0;
  } catch (error) {
    if (error instanceof MalformedLog) console.error(`${file}:${error.line}: ${error.message}`);
    else if (typeof error.code === 'string') console.error(`${file}: ${error.message}`);
    else throw error;
    return 2;
  }
}

async function readText(path) {
  return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
}

function after(durationMs) {
  const endsAtMs = performance.now() + durationMs;
  return () => performance.now() > endsAtMs;
}
