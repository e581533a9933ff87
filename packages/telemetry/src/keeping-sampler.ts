import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

/** The attribute of spans that are kept whatever the sampling says: why. */
export const keptAttribute = 'raft.kept';

/** Keeps every span that says why it is to be kept, and leaves all others to another sampler. */
export class KeepingSampler implements Sampler {
  readonly #others: Sampler;

  constructor(others: Sampler) {
    this.#others = others;
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    if (keptAttribute in attributes) return { decision: SamplingDecision.RECORD_AND_SAMPLED };
    return this.#others.shouldSample(context, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `KeepingSampler{${this.#others.toString()}}`;
  }
}

/** The sampler that the standard variables ask for; what they say wrong is as if they said nothing. */
export function samplerOf(environment: NodeJS.ProcessEnv): Sampler {
  const ratio = (): Sampler => new TraceIdRatioBasedSampler(ratioOf(environment.OTEL_TRACES_SAMPLER_ARG));
  switch (environment.OTEL_TRACES_SAMPLER) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return ratio();
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: ratio() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    default:
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  }
}

function ratioOf(text: string | undefined): number {
  const ratio = Number(text);
  return text !== undefined && text.trim() !== '' && ratio >= 0 && ratio <= 1 ? ratio : 1;
}
