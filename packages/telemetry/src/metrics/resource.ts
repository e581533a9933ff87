import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import type { TracingIdentity } from '../tracing.ts';

/** Whom what is exported is of. What the standard variables say of it goes before. */
export function resourceOf({ cluster, group, node }: TracingIdentity, version: string): Resource {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': 'quorate',
        'service.version': version,
        'service.instance.id': `${cluster}/${node}`,
        'quorate.cluster': cluster,
        'quorate.group': group,
        'quorate.node': node,
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }));
}
