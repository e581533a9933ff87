import { slowWriteToJson } from '@quorate/client';
import { type Command, Option } from 'commander';
import { integer } from '../options/option-values.ts';
import { jsonOption, pathOption } from '../options/request-options.ts';
import { writeLine } from '../output/output.ts';
import { timelineLines, timelineTitle } from '../output/timeline-text.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface SlowFlags {
  readonly limit: number;
  readonly path?: boolean;
  readonly json?: boolean;
}

/** `quorate slow`: the slowest writes that the nodes remember. */
export function addSlow(program: Command): void {
  const command = program
    .command('slow')
    .summary('show where the time of the slowest writes went')
    .description(
      'Draws the writes that took longest, of those that the nodes remember: the newest, and the slowest of the last hour.',
    )
    .addOption(new Option('--limit <number>', 'at most so many').argParser(integer(1, 100)).default(3))
    .addOption(pathOption())
    .addOption(jsonOption());
  addStoreOptions(command).action(() => slow(command));
  addExamples(command, [
    ['quorate slow', 'the slowest three'],
    ['quorate slow --limit 20 --json', 'the same for programs, one a line'],
  ]);
}

async function slow(command: Command): Promise<void> {
  const { limit, path, json } = command.opts<SlowFlags>();
  await withStore(command, async (store) => {
    const writes = await store.slowest({ limit });
    if (json === true) {
      for (const write of writes) await writeLine(JSON.stringify(slowWriteToJson(write)));
      return;
    }
    if (writes.length === 0) return writeLine('the nodes remember no writes');
    for (const [at, write] of writes.entries()) {
      if (at > 0) await writeLine('');
      await writeLine(`${timelineTitle(write)}; ${ageText(write.ageMs)} ago`);
      for (const line of timelineLines(write, path)) await writeLine(line);
    }
  });
}

function ageText(ageMs: number): string {
  const seconds = Math.max(0, Math.round(ageMs / 1_000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
