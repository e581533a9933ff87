import { checkSnapshot, snapshotToJson } from '@quorate/client';
import type { Command } from 'commander';
import { jsonOption } from '../../options/request-options.ts';
import { writeLine } from '../../output/output.ts';
import { snapshotInfoLines } from '../../output/snapshot-text.ts';
import { addExamples } from '../examples.ts';

/** `quorate snapshot check`: is a file whole, and what is in it. */
export function addCheck(snapshot: Command): void {
  const command = snapshot
    .command('check')
    .summary('verify a snapshot file')
    .description('Reads all of a snapshot file, checks every byte of it, and shows what it holds. No node is asked.')
    .argument('<file>')
    .addOption(jsonOption());
  command.action((file: string) => check(command, file));
  addExamples(command, [
    ['quorate snapshot check main.snapshot', 'for people'],
    ['quorate snapshot check main.snapshot --json | jq -r .revision', 'its revision'],
  ]);
}

async function check(command: Command, file: string): Promise<void> {
  const { json } = command.opts<{ readonly json?: boolean }>();
  const info = await checkSnapshot(file);
  if (json === true) return writeLine(JSON.stringify(snapshotToJson(info)));
  for (const line of snapshotInfoLines(info)) await writeLine(line);
}
