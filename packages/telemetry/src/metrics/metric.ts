/** One metric as the code declares it. `Label` are the names of its labels. */
export interface Metric<Label extends string = string> {
  /** By OpenTelemetry's conventions: dots between words, no unit. */
  readonly name: string;
  /** `counter`: it only rises, and begins anew with the process or, where `help` says so, with an office. */
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Of UCUM: `s`, `By`, `1` for a part of one, or what is counted, in braces. */
  readonly unit: string;
  /** What the values of each label are, and so what bounds them. Nothing that a client chooses may be one. */
  readonly labels: Readonly<Record<Label, string>>;
  /** What it says, in a sentence for whoever reads a dashboard. */
  readonly help: string;
}

const unitSuffixes: ReadonlyMap<string, string> = new Map([
  ['s', '_seconds'],
  ['By', '_bytes'],
  ['1', '_ratio'],
]);

/** The name under which Prometheus has a metric: underscores, the unit, and `_total` for what only rises. */
export function prometheusName({ name, kind, unit }: Pick<Metric, 'name' | 'kind' | 'unit'>): string {
  const words = name.replaceAll('.', '_');
  return `${words}${unitSuffixes.get(unit) ?? ''}${kind === 'counter' ? '_total' : ''}`;
}
