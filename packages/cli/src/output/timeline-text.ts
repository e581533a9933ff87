import type { TimelineStage, WriteTimeline } from '@quorate/client';
import { type Column, tableLines } from './table.ts';

const columns: readonly Column[] = [
  { title: 'NODE' },
  { title: 'STAGE' },
  { title: 'FROM', align: 'right' },
  { title: 'MS', align: 'right' },
  { title: '' },
];

/** How wide the waterfall itself is, in characters. */
const width = 40;

/** Where the time of a write went, as a waterfall: what the answer waited for is drawn full, all else light, if it is wanted at all. */
export function timelineLines(timeline: WriteTimeline, isPathOnly = false): readonly string[] {
  const stages = timeline.stages.filter(({ isOnPath }) => isOnPath || !isPathOnly);
  const endMs = Math.max(timeline.wholeMs, ...stages.map((stage) => stage.endMs));
  const lines = tableLines(
    columns,
    stages.map((stage) => [
      stage.node,
      stageText(stage),
      milliseconds(stage.beginMs),
      milliseconds(stage.endMs - stage.beginMs),
      barOf(stage, endMs),
    ]),
  );
  return [...lines, ...missingLines(timeline)];
}

/** `index 12 of term 3: 9.81 ms; n3 leads, n1 completed the quorum`. */
export function timelineTitle({ index, term, wholeMs, leader, completedBy }: WriteTimeline): string {
  const completed = completedBy === null ? '' : `, ${completedBy} completed the quorum`;
  return `index ${index} of term ${term}: ${milliseconds(wholeMs)} ms; ${leader} led${completed}`;
}

/** Two digits after the point. */
export const milliseconds = (ms: number): string => Math.max(0, ms).toFixed(2);

function missingLines({ missing }: WriteTimeline): readonly string[] {
  return missing.length === 0 ? [] : ['', `${missing.join(', ')} could not be asked, or ${nothing(missing)}`];
}

const nothing = (missing: readonly string[]): string =>
  missing.length === 1 ? 'remembers nothing of it' : 'remember nothing of it';

function stageText({ stage, peer }: TimelineStage): string {
  switch (stage) {
    case 'gateway':
      return 'gateway';
    case 'mailbox':
      return "leader's mailbox";
    case 'batch':
      return 'wait for the batch before';
    case 'append':
      return 'append';
    case 'flushWait':
      return 'wait for the flush before';
    case 'flush':
      return 'flush';
    case 'send':
      return `send to ${peer}`;
    case 'wire':
      return `wire from ${peer}`;
    case 'reply':
      return 'reply';
    case 'peer':
      return 'no more is known';
    case 'quorum':
      return 'count the quorum';
    case 'applyWait':
      return 'wait for the applier';
    case 'apply':
      return 'apply';
    case 'answer':
      return 'answer';
    default:
      return stage satisfies never;
  }
}

function barOf({ beginMs, endMs, isOnPath }: TimelineStage, wholeMs: number): string {
  const columnOf = (ms: number): number => (wholeMs === 0 ? 0 : Math.round((ms / wholeMs) * width));
  const begin = Math.min(columnOf(beginMs), width - 1);
  const length = Math.max(1, columnOf(endMs) - begin);
  return ' '.repeat(begin) + (isOnPath ? '█' : '░').repeat(length);
}
