import type { Run } from '../measurement.ts';
import { etcdFailover } from './etcd/etcd-failover.ts';
import type { CurveExperiment, Experiment, FailoverExperiment, LoadExperiment, LoadShape } from './experiments.ts';
import type { FailoverFigures } from './failover-figures.ts';
import type { Load } from './load.ts';
import { quorateFailover } from './quorate/quorate-failover.ts';
import type { CurveRecord, ExperimentRecord, FailoverRecord, LoadRecord } from './records.ts';
import { onSite } from './site.ts';
import { type Figures, Missing, type SystemName } from './system.ts';
import type { InstalledSystem } from './systems.ts';

/** With what everything is measured. */
export interface MeasureOptions {
  readonly run: Run;
  readonly systems: ReadonlyMap<SystemName, InstalledSystem>;
  /** How often each system is measured, in turn with the others. */
  readonly rounds: number;
  /** How long each time, after a warm-up. */
  readonly seconds: number;
  /** How many leaders are lost. */
  readonly failoverRuns: number;
}

type Facts<Of extends ExperimentRecord> = Omit<Of, 'environment' | 'descriptions'>;

/** Node.js compiles for some seconds what it runs often. */
const warmUpSeconds = 3;
/** Between the points of a curve less is to be compiled. */
const pointWarmUpSeconds = 1;
/** Whoever answers less of what is due has reached its limit. */
const keptUpShare = 0.9;

/** Makes an experiment. */
export async function measureExperiment(
  experiment: Experiment,
  options: MeasureOptions,
): Promise<Facts<LoadRecord> | Facts<FailoverRecord> | Facts<CurveRecord>> {
  switch (experiment.kind) {
    case 'load':
      return measureLoad(experiment, options);
    case 'failover':
      return measureFailover(experiment, options);
    case 'curve':
      return measureCurve(experiment, options);
  }
}

/** Each system in turn, from a fresh start each time; every other round the other way round. */
async function measureLoad(experiment: LoadExperiment, options: MeasureOptions): Promise<Facts<LoadRecord>> {
  const { run, rounds, seconds } = options;
  const present = presentOf(experiment.systems, options);
  const load = { ...experiment.load, seconds, warmUpSeconds };
  const measured: Figures[] = [];
  for (let round = 0; round < rounds; round += 1) {
    let figures: Figures = {};
    for (const system of round % 2 === 0 ? present : present.toReversed()) {
      run.progress(`${experiment.id}: ${system.name}, round ${round + 1} of ${rounds}`);
      const found = await onSite(run, async (site) => (await system.start(site)).measure(load));
      figures = { ...figures, ...found };
    }
    measured.push(figures);
  }
  return { kind: 'load', id: experiment.id, seconds, rounds: measured };
}

/** Each system bears one load after the other. */
async function measureCurve(experiment: CurveExperiment, options: MeasureOptions): Promise<Facts<CurveRecord>> {
  const { run, seconds } = options;
  const points = new Map<number, Figures>();
  for (const system of presentOf(experiment.systems, options)) {
    await onSite(run, async (site) => {
      const running = await system.start(site);
      for (const shape of experiment.loads) {
        run.progress(`${experiment.id}: ${system.name} at ${xOf(shape)}`);
        const load: Load = { ...shape, seconds, warmUpSeconds: pointWarmUpSeconds };
        const figures = await running.measure(load);
        points.set(xOf(shape), { ...points.get(xOf(shape)), ...figures });
        const perSecond = figures[system.name]?.perSecond ?? 0;
        if (shape.ratePerSecond !== null && perSecond < keptUpShare * shape.ratePerSecond) break;
      }
    });
  }
  const sorted = [...points].toSorted(([one], [other]) => one - other);
  return { kind: 'curve', id: experiment.id, seconds, points: sorted.map(([x, figures]) => ({ x, figures })) };
}

/** What a curve is drawn over. */
const xOf = ({ ratePerSecond, callers }: LoadShape): number => ratePerSecond ?? callers;

async function measureFailover(
  experiment: FailoverExperiment,
  options: MeasureOptions,
): Promise<Facts<FailoverRecord>> {
  const { run, failoverRuns: runs } = options;
  const { id, fault } = experiment;
  const figures: { quorate?: FailoverFigures; etcd?: FailoverFigures } = {};
  for (const system of presentOf(experiment.systems, options)) {
    run.progress(`${id}: ${system.name}, ${runs} leaders`);
    if (system.name === 'quorate') {
      figures.quorate = await onSite(run, ({ folder }) => quorateFailover(fault, runs, folder));
    } else if (fault !== 'cut') {
      const onRun = (number: number): void => run.progress(`${id}: ${system.name}, ${number} of ${runs} leaders`);
      const found = await onSite(run, (site) => etcdFailover(fault, runs, site, onRun)).catch(nullIfMissing);
      if (found !== null) figures.etcd = found;
    }
  }
  return { kind: 'failover', id, figures };
}

const presentOf = (names: readonly SystemName[], { systems }: MeasureOptions): readonly InstalledSystem[] =>
  names.flatMap((name) => systems.get(name) ?? []);

function nullIfMissing(error: unknown): null {
  if (error instanceof Missing) return null;
  throw error;
}
