import { fileURLToPath } from 'node:url';
import type { Measurement, Run } from '../measurement.ts';
import { Options } from '../options.ts';
import { thisEnvironment } from './environment.ts';
import { type Experiment, experiments } from './experiments.ts';
import { type MeasureOptions, measureExperiment } from './measure-experiment.ts';
import { isWithin, ratiosOf } from './ratios.ts';
import { type ExperimentRecord, writeRecord } from './records.ts';
import { boundText, failoverLines, figureLines, goalLines, subjectTitles } from './report-tables.ts';
import type { Subject, SystemName } from './system.ts';
import { type InstalledSystem, installedSystems } from './systems.ts';
import { writeDocs } from './write-docs.ts';

const docs = {
  page: fileURLToPath(new URL('../../../docs/PERFORMANCE.md', import.meta.url)),
  folder: fileURLToPath(new URL('../../../docs/performance', import.meta.url)),
};

const ids = experiments.map(({ id }) => id);

/** A check is short: less than what a change of speed by half needs to show would be in vain, more would not be waited for. */
const check = { rounds: 3, seconds: 2 };
/** A check fails only if a ratio is worse than its goal by more than this factor: other machines differ, and so do other days. */
const checkFactor = 2;

/** Quorate beside its limit and its peers, each as it ships. */
export const comparison: Measurement = {
  name: 'comparison',
  command: 'bench',
  defaults: { only: 'all', rounds: '5', seconds: '5', runs: '30' },
  async measure(args, run) {
    const options = new Options(args, comparison.defaults, ['check']);
    const chosen = chosenBy(options);
    const { fileSystem } = await thisEnvironment();
    const systems = await installedSystems(run);
    const isCheck = options.isOn('check');
    const measureOptions: MeasureOptions = {
      run,
      systems,
      rounds: isCheck ? check.rounds : options.number('rounds'),
      seconds: isCheck ? check.seconds : options.number('seconds'),
      failoverRuns: options.number('runs'),
    };
    run.say(`data on ${fileSystem}; ${[...systems.values()].map(({ description }) => description).join('; ')}`);

    const records = new Map<string, ExperimentRecord>();
    for (const experiment of chosen) {
      const environment = await thisEnvironment();
      const facts = await measureExperiment(experiment, measureOptions);
      const record: ExperimentRecord = { ...facts, environment, descriptions: descriptionsOf(systems, experiment) };
      records.set(record.id, record);
      // At once: what was measured is kept, whatever becomes of the rest.
      if (!isCheck) await writeRecord(docs.folder, record);
    }
    for (const lines of [goalLines, figureLines, failoverLines].map((linesOf) => linesOf(records))) {
      for (const line of lines.length === 0 ? [] : [...lines, '']) run.say(line);
    }
    if (isCheck) return isGoodEnough(chosen, records, run);
    await writeDocs(docs);
    run.say('docs/PERFORMANCE.md and its plots are written anew.');
    return true;
  },
};

/** Which experiments are asked for. A check is of loads. */
function chosenBy(options: Options): readonly Experiment[] {
  const named = options.words('only', ['all', ...ids]);
  const isChosen = ({ id, kind }: Experiment): boolean => {
    if (options.isOn('check') && kind !== 'load') return false;
    return named.includes('all') || named.includes(id);
  };
  return experiments.filter(isChosen);
}

function descriptionsOf(
  systems: ReadonlyMap<SystemName, InstalledSystem>,
  experiment: Experiment,
): Readonly<Partial<Record<Subject, string>>> {
  return Object.fromEntries(
    experiment.systems.flatMap((name) => {
      const system = systems.get(name);
      return system === undefined ? [] : [[name, system.description]];
    }),
  );
}

function isGoodEnough(
  chosen: readonly Experiment[],
  records: ReadonlyMap<string, ExperimentRecord>,
  run: Run,
): boolean {
  const bad = chosen.flatMap((experiment) => {
    const record = records.get(experiment.id);
    if (experiment.kind !== 'load' || record?.kind !== 'load') return [];
    return ratiosOf(experiment, record)
      .filter(({ ratio, goal }) => !isWithin(ratio, goal, checkFactor))
      .map(({ ratio, goal }) => {
        const beside = subjectTitles[goal.beside];
        return `${experiment.id}: ${goal.metric} over ${beside} is ${ratio.toFixed(2)}, not half as good as ${boundText(goal)}`;
      });
  });
  for (const line of bad) run.say(line);
  run.say(bad.length === 0 ? 'No ratio is below half of its goal.' : `${bad.length} below half of their goal.`);
  return bad.length === 0;
}
