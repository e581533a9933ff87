import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { addHelp } from '../help.ts';
import { addTracePut } from './put.ts';

/** `quorate trace`: one request, and where its time went. */
export function addTrace(program: Command): void {
  const command = program
    .command('trace')
    .summary('see where the time of a write goes')
    .description(
      'Makes one write and draws where its time went, stage by stage and node by node. The nodes remember it; no collector is needed.',
    );
  for (const add of [addTracePut, addHelp]) add(command);
  addExamples(command, [['quorate trace put /app/db/url postgres://db', 'one write, as a waterfall']]);
}
