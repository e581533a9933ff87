import { readFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';

const sampleMs = 1_000;

/** How busy the processors are for a second, from 0 to 1; null where the operating system has no /proc to tell. */
export async function busyShare(): Promise<number | null> {
  const before = await processorTimes();
  await after(sampleMs);
  const now = await processorTimes();
  return before === null || now === null ? null : shareBetween(before, now);
}

/** Ticks of all processors since the machine was started. */
export interface ProcessorTimes {
  readonly idle: number;
  readonly all: number;
}

/** What /proc/stat says: `cpu`, then ticks: user, nice, system, idle, waiting for a disk, and others. */
export function processorTimesIn(stat: string): ProcessorTimes | null {
  const [, text] = /^cpu\s+([\d ]+)$/m.exec(stat) ?? [];
  if (text === undefined) return null;
  const ticks = text.split(' ').map(Number);
  return { idle: (ticks[3] ?? 0) + (ticks[4] ?? 0), all: ticks.reduce((sum, one) => sum + one, 0) };
}

/** Which share of the time between was not idle. */
export const shareBetween = (before: ProcessorTimes, now: ProcessorTimes): number =>
  now.all === before.all ? 0 : 1 - (now.idle - before.idle) / (now.all - before.all);

async function processorTimes(): Promise<ProcessorTimes | null> {
  const stat = await readFile('/proc/stat', 'utf8').catch(() => null);
  return stat === null ? null : processorTimesIn(stat);
}
