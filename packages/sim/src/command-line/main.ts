import { FaultCounts } from '../faults/fault-counts.ts';
import { type Shrunk, shrink } from '../shrink/shrink.ts';
import { type SimulationOptions, type SimulationResult, simulate } from '../simulation.ts';
import { countLines } from './count-groups.ts';
import { faultLine } from './fault-line.ts';
import { type CommandOptions, InvalidOptions, parseOptions, usage, wantsHelp } from './options.ts';
import { describeTotals, ProgressLine, type Totals } from './progress.ts';
import { runSeeds } from './run-seeds.ts';
import type { SeedSummary } from './seed-summary.ts';
import { noteLine, traceLine } from './trace-line.ts';

/** Runs the command. The answer is the exit code: 1 if a seed failed or could not be judged, 2 if what was asked makes no sense. */
export async function main(args: readonly string[]): Promise<number> {
  if (wantsHelp(args)) {
    console.log(usage);
    return 0;
  }
  try {
    const options = parseOptions(args);
    return options.trace ? replay(options) : await runMany(options);
  } catch (error) {
    if (!(error instanceof InvalidOptions)) throw error;
    console.error(`${error.message}\n${usage}`);
    return 2;
  }
}

/** One seed, each event a line. */
function replay({ firstSeed: seed, nodes, shrunk }: CommandOptions): number {
  let lines: string[] = [];
  const flush = (): void => {
    process.stdout.write(`${lines.join('\n')}\n`);
    lines = [];
  };
  const options = { seed, ...(nodes === null ? {} : { nodes }) };
  const result = simulate({
    ...(shrunk ? shrunkOptions(options) : options),
    isHashed: true,
    onEvent: (event) => {
      const line = traceLine(event);
      if (line !== null) lines.push(line);
      if (lines.length >= 1000) flush();
    },
    onNote: (atUs, note) => {
      lines.push(noteLine(atUs, note));
    },
  });
  flush();
  console.log(`seed ${seed}: trace ${result.hash}, ${result.events} events`);
  return result.violation === null ? 0 : report(result, result);
}

/** What a failing seed needs, and no more; of one that does not fail, all. */
function shrunkOptions(options: SimulationOptions): SimulationOptions {
  const result = simulate(options);
  return result.violation === null ? options : shrinkVisibly(result).options;
}

/** Shrinks, which may take minutes, and tells on a terminal how far it has come. */
function shrinkVisibly(failed: SimulationResult): Shrunk {
  const progress = new ProgressLine(process.stderr);
  const shrunk = shrink(failed, {
    onRun: ({ runs, faults, share }) => {
      const words = (): string => `shrinking: ${faults} of ${failed.faults.length} faults left after ${runs} runs`;
      progress.tell(share, words, performance.now());
    },
  });
  progress.clear();
  return shrunk;
}

async function runMany(options: CommandOptions): Promise<number> {
  const { firstSeed, seeds, minutes } = options;
  const startedAtMs = performance.now();
  const progress = new ProgressLine(process.stderr);
  const counts = new FaultCounts();
  const totals: Totals = { seeds: 0, simulatedMs: 0, realMs: 0, events: 0, acknowledged: 0, undecided: 0 };
  let failed = 0;
  await runSeeds(options, (summary) => {
    add(totals, summary);
    counts.addAll(summary.counts);
    totals.realMs = performance.now() - startedAtMs;
    if (summary.violation !== null) {
      failed += 1;
      progress.clear();
      reportShrunk(summary);
    }
    const share = Math.max(totals.seeds / seeds, totals.realMs / (minutes * 60_000));
    progress.show(share, totals, totals.realMs);
    if (seeds === 1) console.log(`seed ${firstSeed}: trace ${summary.hash}, ${summary.events} events`);
  });
  progress.clear();
  console.log(describeTotals(totals));
  if (totals.undecided > 0) console.log(`the checker could not decide ${totals.undecided} histories`);
  for (const line of countLines(counts.all)) console.log(line);
  return failed + totals.undecided > 0 ? 1 : 0;
}

function add(totals: Totals, result: SeedSummary): void {
  totals.seeds += 1;
  totals.simulatedMs += result.simulatedMs;
  totals.events += result.events;
  totals.acknowledged += result.acknowledged;
  if (result.isUndecided) totals.undecided += 1;
}

function reportShrunk({ seed, nodes, violation }: SeedSummary): void {
  const result = simulate({ seed, nodes });
  if (result.violation !== null) report(result, shrinkVisibly(result).result);
  else console.log(`seed ${seed} with ${nodes} nodes failed once: ${violation?.invariant}: ${violation?.what}`);
}

/** A failed run, and the mildest that fails in the same way. */
function report({ seed, nodes, violation, simulatedMs }: SimulationResult, mildest: SimulationResult): number {
  const at = `at ${(simulatedMs / 1000).toFixed(3)} s`;
  console.log(`seed ${seed} with ${nodes} nodes failed ${at}: ${violation?.invariant}: ${violation?.what}`);
  console.log(`  it takes these faults, and fails at ${(mildest.simulatedMs / 1000).toFixed(3)} s:`);
  for (const fault of mildest.faults) console.log(faultLine(fault));
  console.log(`  npm run sim -- --seed ${seed} --nodes ${nodes} --trace --shrunk`);
  return 1;
}
