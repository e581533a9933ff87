import { declarations } from './declarations.ts';
import { type Metric, prometheusName } from './metric.ts';

const head = `# Metrics

<!-- Made of packages/telemetry/src/metrics/declarations.ts by \`npx vitest run packages/telemetry -u\`; a test fails when it is out of date. -->

A node has them as text for Prometheus at \`/metrics\` if it has an HTTP listener (\`--http-port\`), and sends them by OTLP if \`OTEL_METRICS_EXPORTER\` is \`otlp\`, or
\`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\` is set; both at once is fine. In Prometheus every line also has the labels \`cluster\`, \`group\` and \`node\`; by OTLP they are attributes of
the resource, \`quorate.cluster\`, \`quorate.group\` and \`quorate.node\`. [OPERATING.md](OPERATING.md) has the settings.

Labels are bounded by what stands below: nothing that a client chooses is one, and no key or value is in any metric. What only a leader knows of its peers is told by
the leader alone. A metric of a group is missing while the node is in no cluster, or its actors do not answer in time.
`;

/** docs/METRICS.md as it has to be. */
export function metricsDocument(): string {
  const columns = ['| Prometheus | OTLP | kind | unit | labels | what it says |', '|---|---|---|---|---|---|'];
  return `${[head, ...columns, ...Object.values<Metric>(declarations).map(row)].join('\n')}\n`;
}

function row(metric: Metric): string {
  const { name, kind, unit, help } = metric;
  const labels = Object.entries<string>(metric.labels).map(([label, values]) => `\`${label}\`: ${values}`);
  const cells = [`\`${prometheusName(metric)}\``, `\`${name}\``, kind, `\`${unit}\``, labels.join('<br>'), help];
  return `| ${cells.join(' | ')} |`;
}
