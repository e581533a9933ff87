import { numberText, tableLines } from '../table.ts';
import {
  type CurveExperiment,
  type Experiment,
  experiments,
  type LoadExperiment,
  type RatioGoal,
} from './experiments.ts';
import { medianFigure, metricOf, ratiosOf } from './ratios.ts';
import type { CurveRecord, ExperimentRecord, FailoverRecord, LoadRecord } from './records.ts';
import type { Subject } from './system.ts';

/** All records there are, by the experiment's id. */
export type Records = ReadonlyMap<string, ExperimentRecord>;

/** What a subject is called in tables and plots. */
export const subjectTitles: Readonly<Record<Subject, string>> = {
  quorate: 'Quorate',
  limit: 'the limit',
  etcd: 'etcd',
  jetstream: 'JetStream KV',
  nats: 'NATS alone',
};

/** A table without rows is none. */
const tableOf = (titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0 ? [] : tableLines(titles, rows);

const msText = (ms: number): string => `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;

/** The goals, and how Quorate stands by each. */
export function goalLines(records: Records): readonly string[] {
  const rows = experiments.flatMap((experiment) => goalRows(experiment, records.get(experiment.id)));
  return tableOf(['', 'Quorate', 'the other', 'ratio', 'lowest to highest', 'goal', 'met'], rows);
}

function goalRows(experiment: Experiment, record: ExperimentRecord | undefined): readonly (readonly string[])[] {
  if (experiment.kind === 'load' && record?.kind === 'load') return ratioRows(experiment, record);
  if (experiment.kind !== 'failover' || record?.kind !== 'failover') return [];
  const { quorate, etcd } = record.figures;
  if (quorate === undefined) return [];
  return (['median', 'p99'] as const).map((which) => {
    const ours = quorate.longestMs[which];
    const goal = experiment.atMostMs[which];
    const others = etcd === undefined ? '' : `${etcd.longestMs[which].toFixed(0)} ms (etcd)`;
    return [
      `${experiment.title}, longest time without a write, ${which === 'p99' ? '99 %' : which} of ${quorate.runs.length}`,
      `${ours.toFixed(0)} ms`,
      others,
      '',
      '',
      `≤ ${goal} ms`,
      ours <= goal ? 'yes' : 'no',
    ];
  });
}

function ratioRows(experiment: LoadExperiment, record: LoadRecord): readonly (readonly string[])[] {
  return ratiosOf(experiment, record).map(({ goal, ours, theirs, ratio, lowest, highest, isMet }) => {
    const text = (value: number): string =>
      goal.metric === 'perSecond' ? `${numberText(Math.round(value))}/s` : msText(value);
    return [
      `${experiment.title}, ${metricTitle(goal)}, over ${subjectTitles[goal.beside]}`,
      text(ours),
      text(theirs),
      ratio.toFixed(2),
      `${lowest.toFixed(2)} to ${highest.toFixed(2)}`,
      boundText(goal),
      isMet ? 'yes' : 'no',
    ];
  });
}

const metricTitle = ({ metric }: RatioGoal): string =>
  metric === 'perSecond' ? 'throughput' : metric === 'p50' ? 'median' : '99 %';

/** A bound as tables have it. */
export const boundText = ({ bound }: RatioGoal): string =>
  'atLeast' in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`;

/** Each system's figures under each load: medians of all rounds. */
export function figureLines(records: Records): readonly string[] {
  const rows = experiments.flatMap((experiment) => {
    const record = records.get(experiment.id);
    if (experiment.kind !== 'load' || record?.kind !== 'load') return [];
    return [...subjectsOf(record.rounds)].map((subject) => [
      `${experiment.title}: ${subjectTitles[subject]}`,
      numberText(Math.round(medianFigure(record, subject, ({ perSecond }) => perSecond) ?? 0)),
      ...(['p50', 'p90', 'p99', 'p999'] as const).map((quantile) =>
        (medianFigure(record, subject, ({ latencyMs }) => latencyMs[quantile]) ?? 0).toFixed(2),
      ),
      numberText(medianFigure(record, subject, ({ failed }) => failed) ?? 0),
    ]);
  });
  return tableOf(['', 'a second', 'median, ms', '90 %', '99 %', '99.9 %', 'failed'], rows);
}

/** Leaders lost, Quorate's and etcd's. */
export function failoverLines(records: Records): readonly string[] {
  const rows = experiments.flatMap((experiment) => {
    const record = records.get(experiment.id);
    if (experiment.kind !== 'failover' || record?.kind !== 'failover') return [];
    return failoverRows(experiment.title, record);
  });
  return tableOf(['', 'leaders lost', 'median, ms', '99 %', 'longest'], rows);
}

function failoverRows(title: string, { figures }: FailoverRecord): readonly (readonly string[])[] {
  return (['quorate', 'etcd'] as const).flatMap((subject) => {
    const found = figures[subject];
    if (found === undefined) return [];
    const { median, p99, max } = found.longestMs;
    const times = [median, p99, max].map((ms) => ms.toFixed(0));
    return [[`${title}: ${subjectTitles[subject]}`, String(found.runs.length), ...times]];
  });
}

/** The points of a curve. */
export function curveLines({ shape }: CurveExperiment, { points }: CurveRecord): readonly string[] {
  const subjects = [...subjectsOf(points.map(({ figures }) => figures))];
  const metrics = shape === 'throughput' ? (['perSecond'] as const) : (['p50', 'p99'] as const);
  const titles = subjects.flatMap((subject) =>
    metrics.map((metric) =>
      metric === 'perSecond'
        ? subjectTitles[subject]
        : `${subjectTitles[subject]}, ${metric === 'p50' ? 'median' : '99 %'}, ms`,
    ),
  );
  const rows = points.map(({ x, figures }) => [
    numberText(x),
    ...subjects.flatMap((subject) =>
      metrics.map((metric) => {
        const found = figures[subject];
        if (found === undefined) return '';
        const value = metricOf(found, metric);
        return metric === 'perSecond' ? numberText(Math.round(value)) : value.toFixed(2);
      }),
    ),
  ]);
  return tableOf([shape === 'throughput' ? 'callers' : 'writes due in a second', ...titles], rows);
}

/** Who was measured, in the order of the titles. */
function subjectsOf(figures: readonly Readonly<Partial<Record<Subject, unknown>>>[]): ReadonlySet<Subject> {
  const measured = new Set(figures.flatMap((one) => Object.keys(one)));
  const all: readonly Subject[] = ['quorate', 'limit', 'etcd', 'jetstream', 'nats'];
  return new Set(all.filter((subject) => measured.has(subject)));
}

/** Where and with what all of it was measured, a line for each difference. */
export function environmentLines(records: Records): readonly string[] {
  const machines = new Map<string, string[]>();
  const versions = new Set<string>();
  for (const { id, environment, descriptions } of records.values()) {
    const { date, cpu, cores, memoryGiB, fileSystem, busyPercent } = environment;
    const machine = `${date}: ${cores} cores (${cpu}), ${memoryGiB} GiB of memory, data on ${fileSystem}`;
    const busy = busyPercent === null ? '' : `, ${busyPercent} % busy before`;
    machines.set(machine, [...(machines.get(machine) ?? []), `${id}${busy}`]);
    for (const description of Object.values(descriptions)) if (description !== undefined) versions.add(description);
  }
  return [
    ...[...machines].map(([machine, ids]) => `- ${machine}: ${ids.join('; ')}`),
    ...[...versions].toSorted().map((version) => `- ${version}`),
  ];
}
