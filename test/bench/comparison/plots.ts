import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { CurveExperiment } from './experiments.ts';
import { metricOf } from './ratios.ts';
import type { CurveRecord } from './records.ts';
import { subjectTitles } from './report-tables.ts';
import type { Subject } from './system.ts';

/** A point of a line: of whom, and which quantile it is if there are several. */
interface PlotPoint {
  readonly x: number;
  readonly y: number;
  readonly system: string;
  readonly quantile: string;
}

/** The same colour for the same system everywhere; they can be told apart by those who see few colours. */
const colours: Readonly<Record<Subject, string>> = {
  quorate: '#0072b2',
  limit: '#999999',
  etcd: '#d55e00',
  jetstream: '#009e73',
  nats: '#cc79a7',
};

/** A curve as SVG: the same bytes for the same record. */
export async function plotSvg(experiment: CurveExperiment, record: CurveRecord): Promise<string> {
  const spec = experiment.shape === 'throughput' ? throughputSpec(experiment, record) : latencySpec(experiment, record);
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n`;
}

function throughputSpec({ title }: CurveExperiment, record: CurveRecord): TopLevelSpec {
  const values = pointsOf(record, ['perSecond']);
  return {
    title,
    ...frame,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'x', type: 'quantitative', scale: { type: 'log', base: 4 }, title: 'callers', axis: ticks(record) },
      y: { field: 'y', type: 'quantitative', title: 'writes a second' },
      color: colourOf(values),
    },
  };
}

function latencySpec({ title }: CurveExperiment, record: CurveRecord): TopLevelSpec {
  const values = pointsOf(record, ['p50', 'p99']);
  return {
    title,
    ...frame,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        scale: { type: 'log', base: 2 },
        title: 'writes begun in a second',
        axis: ticks(record),
      },
      y: { field: 'y', type: 'quantitative', scale: { type: 'log' }, title: 'milliseconds' },
      color: colourOf(values),
      strokeDash: { field: 'quantile', type: 'nominal', title: 'quantile' },
    },
  };
}

const frame = { width: 640, height: 360, background: 'white', padding: 12 };

const ticks = ({ points }: CurveRecord) => ({ values: points.map(({ x }) => x), format: ',d' });

function colourOf(values: readonly PlotPoint[]) {
  const shown = Object.entries(subjectTitles).filter(([, title]) => values.some(({ system }) => system === title));
  const all: Readonly<Record<string, string>> = colours;
  return {
    field: 'system',
    type: 'nominal' as const,
    title: null,
    scale: { domain: shown.map(([, title]) => title), range: shown.map(([subject]) => all[subject] ?? 'black') },
  };
}

function pointsOf({ points }: CurveRecord, metrics: readonly ('perSecond' | 'p50' | 'p99')[]): PlotPoint[] {
  return points.flatMap(({ x, figures }) =>
    Object.entries(figures).flatMap(([subject, found]) =>
      metrics.map((metric) => ({
        x,
        y: metricOf(found, metric),
        system: titleOf(subject),
        quantile: metric === 'p50' ? 'median' : '99 %',
      })),
    ),
  );
}

function titleOf(subject: string): string {
  const titles: Readonly<Record<string, string>> = subjectTitles;
  return titles[subject] ?? subject;
}
