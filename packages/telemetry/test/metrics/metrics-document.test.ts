import { expect, test } from 'vitest';
import { metricsDocument } from '../../src/metrics/metrics-document.ts';

test('docs/METRICS.md says what the code declares', async () => {
  await expect(metricsDocument()).toMatchFileSnapshot('../../../../docs/METRICS.md');
});
