import type { TimelineStage, WriteTimeline } from '@quorate/client';
import { expect, test } from 'vitest';
import { timelineLines, timelineTitle } from '../src/output/timeline-text.ts';

const stage = (
  node: string,
  name: TimelineStage['stage'],
  beginMs: number,
  endMs: number,
  { peer = null, isOnPath = true }: Partial<TimelineStage> = {},
): TimelineStage => ({ node, peer, stage: name, beginMs, endMs, isOnPath });

const timeline: WriteTimeline = {
  index: 12n,
  term: 3n,
  leader: 'n1',
  completedBy: 'n2',
  wholeMs: 10,
  stages: [
    stage('n1', 'gateway', 0, 0.004),
    stage('n1', 'batch', 0.004, 2),
    stage('n2', 'wire', 2, 4, { peer: 'n1' }),
    stage('n1', 'flush', 2, 16, { isOnPath: false }),
    stage('n2', 'flush', 4, 10),
    stage('n3', 'apply', 19.9, 20, { isOnPath: false }),
  ],
  missing: [],
};

test('a write is drawn as a waterfall, full where its answer waited', () => {
  expect(timelineTitle(timeline)).toBe('index 12 of term 3: 10.00 ms; n1 led, n2 completed the quorum');
  expect(timelineLines(timeline)).toEqual([
    'NODE  STAGE                       FROM     MS',
    'n1    gateway                     0.00   0.00  █',
    'n1    wait for the batch before   0.00   2.00  ████',
    'n2    wire from n1                2.00   2.00      ████',
    'n1    flush                       2.00  14.00      ░░░░░░░░░░░░░░░░░░░░░░░░░░░░',
    'n2    flush                       4.00   6.00          ████████████',
    'n3    apply                      19.90   0.10                                         ░',
  ]);
});

test('what the answer did not wait for can be left out', () => {
  const lines = timelineLines(timeline, true);
  expect(lines).toHaveLength(5);
  expect(lines.at(-1)).toBe(`n2    flush                      4.00  6.00  ${' '.repeat(16)}${'█'.repeat(24)}`);
});

test('what is forgotten, and who, is said', () => {
  expect(timelineTitle({ ...timeline, completedBy: null })).toBe('index 12 of term 3: 10.00 ms; n1 led');
  expect(timelineLines({ ...timeline, missing: ['n3'] }).slice(-2)).toEqual([
    '',
    'n3 could not be asked, or remembers nothing of it',
  ]);
  expect(timelineLines({ ...timeline, missing: ['n2', 'n3'] }).at(-1)).toBe(
    'n2, n3 could not be asked, or remember nothing of it',
  );
});

test('a write that took no time is drawn too', () => {
  const lines = timelineLines({ ...timeline, wholeMs: 0, stages: [stage('n1', 'apply', 0, 0)] });
  expect(lines.at(-1)).toBe('n1    apply  0.00  0.00  █');
});
