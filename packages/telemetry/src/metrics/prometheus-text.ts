import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import type { TracingIdentity } from '../tracing.ts';
import { declarations } from './declarations.ts';
import { type Metric, prometheusName } from './metric.ts';

const names = new Map(Object.values<Metric>(declarations).map((metric) => [metric.name, prometheusName(metric)]));

/** What a producer gives, as text for Prometheus; each line says which node it is of. */
export class PrometheusText {
  readonly #reader: PrometheusExporter;
  readonly #serializer = new PrometheusSerializer('', false, /^(cluster|group|node)$/, true, true);
  readonly #resource: ReturnType<typeof resourceFromAttributes>;

  constructor(producer: MetricProducer, { cluster, group, node }: TracingIdentity) {
    this.#reader = new PrometheusExporter({ preventServerStart: true });
    this.#reader.setMetricProducer(producer);
    this.#resource = resourceFromAttributes({ cluster, group, node });
  }

  /** The text as of now. */
  async read(): Promise<string> {
    const { resourceMetrics } = await this.#reader.collect();
    const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map(named),
    }));
    return this.#serializer.serialize({ resource: this.#resource, scopeMetrics });
  }
}

/** The serializer takes names as they are: the unit, which Prometheus has in the name, is not in OpenTelemetry's. */
const named = (data: MetricData): MetricData => {
  const { descriptor } = data;
  return { ...data, descriptor: { ...descriptor, name: names.get(descriptor.name) ?? descriptor.name, unit: '' } };
};
