import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { experiments, type LoadExperiment } from './experiments.ts';
import { failoverFigures } from './failover-figures.ts';
import type { LoadFigures } from './load-figures.ts';
import { plotSvg } from './plots.ts';
import { isWithin, ratiosOf } from './ratios.ts';
import type { CurveRecord, LoadRecord } from './records.ts';
import { environmentLines, failoverLines, figureLines, goalLines } from './report-tables.ts';
import { keptRecords, pageWith, withSections } from './write-docs.ts';

const machine = { cpu: 'a processor', cores: 2, memoryGiB: 4, fileSystem: 'ext4' };
const environment = { date: '2000-01-01', ...machine, busyPercent: 3 };
const descriptions = { quorate: 'Quorate' };

const figures = (perSecond: number, p99 = 1): LoadFigures => ({
  ...{ answered: 100, perSecond, failed: 0, failures: {}, notBegun: 0 },
  latencyMs: { p50: 1, p90: 1, p99, p999: 1, max: 1, mean: 1 },
});

const load = experiments.find((one): one is LoadExperiment => one.id === 'put-256');
if (load === undefined) throw new Error('there is no put-256');

const record: LoadRecord = {
  ...{ kind: 'load', id: 'put-256', environment, descriptions, seconds: 5 },
  rounds: [
    { quorate: figures(1_000, 4), limit: figures(2_000), etcd: figures(100, 8) },
    { quorate: figures(300, 4), limit: figures(300), etcd: figures(200, 8) },
    { quorate: figures(900, 3), limit: figures(3_000), etcd: figures(300, 10) },
  ],
};

test('a ratio is the median of the ratios of each round, and who was not measured has none', () => {
  const ratios = ratiosOf(load, record);
  expect(ratios.map(({ goal, ratio }) => [goal.metric, goal.beside, ratio])).toEqual([
    ['perSecond', 'limit', 0.5],
    ['perSecond', 'etcd', 3],
    ['p99', 'etcd', 0.5],
  ]);
  expect(ratios[0]).toMatchObject({ ours: 900, theirs: 2_000, lowest: 0.3, highest: 1, isMet: false });
  expect(ratios[1]).toMatchObject({ isMet: true });
});

test.each([
  [{ atLeast: 2.5 }, 1.3, 1.2],
  [{ atMost: 0.5 }, 0.9, 1.1],
])('half as good as %j is good enough for a check', (bound, enough, tooBad) => {
  const goal = { metric: 'perSecond', beside: 'etcd', bound } as const;
  expect(isWithin(enough, goal, 1)).toBe(false);
  expect(isWithin(enough, goal, 2)).toBe(true);
  expect(isWithin(tooBad, goal, 2)).toBe(false);
});

test('tables have a row for each goal, each system and each fault', () => {
  const quorate = failoverFigures([30, 10, 20]);
  const failover = { kind: 'failover', id: 'failover-kill', environment, descriptions, figures: { quorate } } as const;
  const records = new Map<string, LoadRecord | typeof failover>([
    ['put-256', record],
    ['failover-kill', failover],
  ]);
  expect(goalLines(records)).toEqual([
    '|  | Quorate | the other | ratio | lowest to highest | goal | met |',
    '|---|---:|---:|---:|---:|---:|---:|',
    '| writes, 256 callers over 8 connections, throughput, over the limit | 900/s | 2,000/s | 0.50 | 0.30 to 1.00 | ≥ 0.9 | no |',
    '| writes, 256 callers over 8 connections, throughput, over etcd | 900/s | 200/s | 3.00 | 1.50 to 10.00 | ≥ 2.5 | yes |',
    '| writes, 256 callers over 8 connections, 99 %, over etcd | 4.00 ms | 8.00 ms | 0.50 | 0.30 to 0.50 | ≤ 0.5 | yes |',
    '| leader killed by SIGKILL, longest time without a write, median of 3 | 20 ms |  |  |  | ≤ 100 ms | yes |',
    '| leader killed by SIGKILL, longest time without a write, 99 % of 3 | 30 ms |  |  |  | ≤ 500 ms | yes |',
  ]);
  expect(figureLines(records).slice(2)).toEqual([
    '| writes, 256 callers over 8 connections: Quorate | 900 | 1.00 | 1.00 | 4.00 | 1.00 | 0 |',
    '| writes, 256 callers over 8 connections: the limit | 2,000 | 1.00 | 1.00 | 1.00 | 1.00 | 0 |',
    '| writes, 256 callers over 8 connections: etcd | 200 | 1.00 | 1.00 | 8.00 | 1.00 | 0 |',
  ]);
  expect(failoverLines(records).slice(2)).toEqual(['| leader killed by SIGKILL: Quorate | 3 | 20 | 30 | 30 |']);
});

test('where it was measured is said once, and how busy each time', () => {
  const later = { ...record, id: 'put-1', environment: { ...environment, busyPercent: null } };
  expect(environmentLines(new Map([record, later].map((one) => [one.id, one])))).toEqual([
    '- 2000-01-01: 2 cores (a processor), 4 GiB of memory, data on ext4: put-256, 3 % busy before; put-1',
    '- Quorate',
  ]);
});

test('of a page only what is between the markers is written anew', () => {
  const page =
    'before\n<!-- bench:a -->\n\nold\n\n<!-- /bench:a -->\nafter\n<!-- bench:b -->\nkept\n<!-- /bench:b -->\n';
  const once = withSections(page, { a: ['new', 'lines'] });
  expect(once).toBe(page.replace('old', 'new\nlines'));
  expect(withSections(once, { a: ['new', 'lines'] })).toBe(once);
  expect(() => withSections(page, { c: [] })).toThrow('<!-- bench:c -->');
});

test('a plot is SVG with a line for each system, the same every time', async () => {
  for (const experiment of experiments) {
    if (experiment.kind !== 'curve') continue;
    const points = [1, 16].map((x) => ({ x, figures: { quorate: figures(x * 100), etcd: figures(x * 50) } }));
    const curve: CurveRecord = { kind: 'curve', id: experiment.id, environment, descriptions, seconds: 1, points };
    const svg = await plotSvg(experiment, curve);
    expect(svg).toMatch(/^<svg .*<\/svg>\n$/s);
    for (const text of [experiment.title, 'Quorate', 'etcd']) expect(svg).toContain(`>${text}</text>`);
    expect(svg).not.toContain('JetStream');
    expect(await plotSvg(experiment, curve)).toBe(svg);
  }
});

const docs = fileURLToPath(new URL('../../../docs', import.meta.url));
const place = { page: join(docs, 'PERFORMANCE.md'), folder: join(docs, 'performance') };

test('docs/PERFORMANCE.md says what was measured, figure by figure', async () => {
  const page = await readFile(place.page, 'utf8');
  expect(pageWith(await keptRecords(place), page)).toBe(page);
});
