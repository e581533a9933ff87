import type { LogFields } from '@quorate/raft';
import { expect, test } from 'vitest';
import { CampaignTracer } from '../src/campaign-tracing.ts';
import { EpochClock } from '../src/epoch-clock.ts';
import { KeepingSampler, samplerOf } from '../src/keeping-sampler.ts';
import { tracerWithSpans } from './support/exported-spans.ts';

const identity = { cluster: 'main', group: 'config', node: 'n1' };

function start() {
  const { tracer, ended } = tracerWithSpans(new KeepingSampler(samplerOf({ OTEL_TRACES_SAMPLER: 'always_off' })));
  const campaigns = new CampaignTracer({ tracer, identity, epoch: new EpochClock() });
  const rows = (): readonly LogFields[] =>
    ended().map(({ attributes, events, status }) => ({
      reason: String(attributes['raft.reason']),
      outcome: String(attributes['raft.outcome']),
      events: events.map(({ name }) => name).join(),
      error: status.message ?? null,
    }));
  return { campaigns, rows };
}

test('a campaign lasts until it is won, and is kept though nothing is sampled', () => {
  const { campaigns, rows } = start();
  campaigns.took('pre-candidate');
  campaigns.campaigns('leaderGone');
  expect(campaigns.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  campaigns.took('candidate');
  campaigns.took('leader');
  expect(rows()).toEqual([{ reason: 'leaderGone', outcome: 'won', events: 'candidate', error: null }]);
  expect(campaigns.traceparent).toBeNull();
});

test('or lost, because another is heard, or begun again before it is decided', () => {
  const { campaigns, rows } = start();
  campaigns.campaigns('timeout');
  campaigns.campaigns('timeout');
  campaigns.took('follower');
  campaigns.campaigns('transfer');
  campaigns.stop();
  expect(rows()).toEqual([
    { reason: 'timeout', outcome: 'undecided', events: '', error: 'undecided' },
    { reason: 'timeout', outcome: 'lost', events: '', error: 'lost' },
    { reason: 'transfer', outcome: 'undecided', events: '', error: 'undecided' },
  ]);
});

test('of a node that campaigns all the time ten are kept in a second', () => {
  const { campaigns, rows } = start();
  for (let times = 0; times < 30; times += 1) campaigns.campaigns('timeout');
  campaigns.stop();
  expect(rows()).toHaveLength(10);
});
