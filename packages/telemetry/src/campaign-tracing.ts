import { type Attributes, ROOT_CONTEXT, type Span, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { CampaignReason, RoleObserver, TakenRole } from '@quorate/raft';
import type { EpochClock } from './epoch-clock.ts';
import { KeepBudget } from './keep-budget.ts';
import { keptAttribute } from './keeping-sampler.ts';
import { traceparentOf } from './traceparent.ts';
import { attributesOf, type TracingIdentity } from './tracing.ts';

/** What a tracer of campaigns works with. */
export interface CampaignTracing {
  readonly tracer: Tracer;
  readonly identity: TracingIdentity;
  readonly epoch: EpochClock;
}

interface OpenCampaign {
  readonly span: Span;
  readonly offsetMs: number;
}

/** Traces campaigns with OpenTelemetry: from why a node begins one to what became of it, with what it asks the voters below. They are few, and say much, so that they are kept whatever is sampled. */
export class CampaignTracer implements RoleObserver {
  readonly #tracing: CampaignTracing;
  readonly #attributes: Attributes;
  readonly #budget = new KeepBudget();
  #open: OpenCampaign | null = null;

  constructor(tracing: CampaignTracing) {
    this.#tracing = tracing;
    this.#attributes = attributesOf(tracing.identity);
  }

  /** The context of the campaign that is under way; null if none is, or it is not kept. */
  get traceparent(): string | null {
    return this.#open === null ? null : traceparentOf(this.#open.span);
  }

  took(role: TakenRole): void {
    if (role === 'candidate') this.#happened('candidate');
    else if (role === 'leader') this.#end('won');
    else if (role === 'follower') this.#end('lost');
  }

  campaigns(reason: CampaignReason): void {
    this.#end('undecided');
    const { tracer, epoch } = this.#tracing;
    const nowMs = performance.now();
    const offsetMs = epoch.offsetMs();
    const kept = this.#budget.take(nowMs) ? { [keptAttribute]: 'campaign' } : {};
    const attributes = { ...this.#attributes, ...kept, 'raft.reason': reason };
    const span = tracer.startSpan('raft/campaign', { startTime: offsetMs + nowMs, attributes }, ROOT_CONTEXT);
    this.#open = { span, offsetMs };
  }

  /** Ends what is open. */
  stop(): void {
    this.#end('undecided');
  }

  #happened(event: string): void {
    if (this.#open !== null) this.#open.span.addEvent(event, this.#open.offsetMs + performance.now());
  }

  #end(outcome: 'won' | 'lost' | 'undecided'): void {
    if (this.#open === null) return;
    const { span, offsetMs } = this.#open;
    this.#open = null;
    span.setAttribute('raft.outcome', outcome);
    if (outcome !== 'won') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
    span.end(offsetMs + performance.now());
  }
}
