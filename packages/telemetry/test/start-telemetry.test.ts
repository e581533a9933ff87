import { expect, test } from 'vitest';
import { startTelemetry } from '../src/index.ts';

const trace = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}`;

test('without an endpoint nothing is recorded, and a sampled context is handed on as it came', async () => {
  const { commit, rpc, stop } = await startTelemetry({ cluster: 'main', group: 'config', node: 'n1' }, '1.0.0', {});
  expect(rpc).toBeNull();
  expect(commit.start(`${trace}-01`)?.traceparent).toBe(`${trace}-01`);
  for (const parent of [null, '', `${trace}-00`, `${trace}-01-more`, `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-xx`]) {
    expect(commit.start(parent)).toBeNull();
  }
  await stop();
});
