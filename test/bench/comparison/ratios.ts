import { median } from '../median.ts';
import type { LoadExperiment, Metric, RatioGoal } from './experiments.ts';
import type { LoadFigures } from './load-figures.ts';
import type { LoadRecord } from './records.ts';
import type { Figures, Subject } from './system.ts';

/** How Quorate stands beside another by one goal. */
export interface Ratio {
  readonly goal: RatioGoal;
  /** Medians of all rounds. */
  readonly ours: number;
  readonly theirs: number;
  /** The median of the ratios of each round: what befell the machine befell both. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  readonly isMet: boolean;
}

/** One figure of several. */
export const metricOf = (figures: LoadFigures, metric: Metric): number =>
  metric === 'perSecond' ? figures.perSecond : figures.latencyMs[metric];

/** How Quorate stands by each goal of an experiment, but those beside what was not measured. */
export function ratiosOf({ goals }: LoadExperiment, { rounds }: LoadRecord): readonly Ratio[] {
  return goals.flatMap((goal) => {
    const pairs = rounds.flatMap((figures) => pairOf(figures, goal));
    if (pairs.length === 0) return [];
    const ratios = pairs.map(({ ours, theirs }) => ours / theirs);
    const ratio = median(ratios);
    return {
      goal,
      ours: median(pairs.map(({ ours }) => ours)),
      theirs: median(pairs.map(({ theirs }) => theirs)),
      ratio,
      lowest: Math.min(...ratios),
      highest: Math.max(...ratios),
      isMet: isWithin(ratio, goal, 1),
    };
  });
}

/** Whether a ratio is within a goal's bound, or within it by that factor: 2 for half as good. */
export const isWithin = (ratio: number, { bound }: RatioGoal, factor: number): boolean =>
  'atLeast' in bound ? ratio >= bound.atLeast / factor : ratio <= bound.atMost * factor;

/** The median of a figure of one subject over all rounds; null if it was not measured. */
export function medianFigure(
  { rounds }: LoadRecord,
  subject: Subject,
  figure: (of: LoadFigures) => number,
): number | null {
  const values = rounds.flatMap((figures) => {
    const found = figures[subject];
    return found === undefined ? [] : [figure(found)];
  });
  return values.length === 0 ? null : median(values);
}

function pairOf(figures: Figures, { metric, beside }: RatioGoal): readonly { ours: number; theirs: number }[] {
  const { quorate: own } = figures;
  const other = figures[beside];
  return own === undefined || other === undefined
    ? []
    : [{ ours: metricOf(own, metric), theirs: metricOf(other, metric) }];
}
