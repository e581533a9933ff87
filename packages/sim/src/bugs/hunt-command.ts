import { parseArgs } from 'node:util';
import { wantsHelp } from '../command-line/options.ts';
import { plantedBugs } from './catalogue.ts';
import { type HuntResult, hunt } from './hunt.ts';
import type { PlantedBug } from './plant.ts';

/** How the command is used. */
const usage = `npm run sim:bugs -- [NAME…] [--start N] [--minutes M] [--update]
  --start    the first seed (1)
  --minutes  of CPU time for each bug (10)
  --update   keep the catching seeds, which a test replays`;

interface CommandOptions {
  readonly bugs: readonly PlantedBug[];
  readonly firstSeed: number;
  readonly maxCpuMs: number;
  readonly update: boolean;
}

/** The seed that caught a bug, and what noticed it there. */
export interface Catch {
  readonly seed: number;
  readonly invariant: string;
}

/** What was asked makes no sense. */
class InvalidOptions extends Error {
  readonly code = 'InvalidOptions';
}

/**
 * Looks for each bug until it is caught, and tells of each in a line. `keep` takes the catching seeds by the names of the bugs.
 * The answer is the exit code: 1 if a bug was not caught, 2 if what was asked makes no sense.
 */
export function huntBugs(args: readonly string[], keep: (caught: ReadonlyMap<string, Catch>) => void): number {
  if (wantsHelp(args)) {
    console.log(usage);
    return 0;
  }
  let options: CommandOptions;
  try {
    options = optionsOf(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  const { bugs, firstSeed, maxCpuMs, update } = options;
  const caught = new Map<string, Catch>();
  for (const bug of bugs) {
    const result = hunt(bug, { firstSeed, maxCpuMs, onSeed: (seeds, cpuMs) => showProgress(bug, seeds, cpuMs) });
    clearProgress();
    console.log(lineOf(result));
    if (result.caught === null) continue;
    const { seed, violation } = result.caught;
    caught.set(bug.name, { seed, invariant: violation.invariant });
  }
  console.log(`${caught.size} of ${bugs.length} bugs caught`);
  if (update) keep(caught);
  return caught.size === bugs.length ? 0 : 1;
}

function optionsOf(args: readonly string[]): CommandOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { start: { type: 'string' }, minutes: { type: 'string' }, update: { type: 'boolean' } },
    allowPositionals: true,
  });
  const firstSeed = Number(values.start ?? 1);
  if (!Number.isSafeInteger(firstSeed) || firstSeed < 0) throw new InvalidOptions('--start is a whole number');
  const minutes = Number(values.minutes ?? 10);
  if (!(minutes > 0)) throw new InvalidOptions('--minutes is a positive number');
  for (const name of positionals) {
    if (!plantedBugs.some((bug) => bug.name === name)) throw new InvalidOptions(`there is no bug ${name}`);
  }
  const bugs = plantedBugs.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { bugs, firstSeed, maxCpuMs: minutes * 60_000, update: values.update === true };
}

function lineOf({ bug, caught, seeds, cpuMs }: HuntResult): string {
  const invariant = caught?.violation.invariant ?? 'NOT CAUGHT';
  const effort = `${String(seeds).padStart(5)} seeds ${(cpuMs / 1000).toFixed(1).padStart(7)} s`;
  return `${bug.name.padEnd(40)} ${effort}  ${invariant}${caught === null ? '' : ` (seed ${caught.seed})`}`;
}

/** A line that is written over itself on a terminal, and not at all elsewhere. */
function showProgress(bug: PlantedBug, seeds: number, cpuMs: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\u001b[2K${bug.name}: ${seeds} seeds, ${(cpuMs / 1000).toFixed(0)} s`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
}
