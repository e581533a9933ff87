import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { lineOf } from './command-outcome.ts';
import { addBench } from './commands/bench/bench.ts';
import { addCompact } from './commands/compact.ts';
import { addDel } from './commands/del.ts';
import { addForm } from './commands/form.ts';
import { addGet } from './commands/get.ts';
import { addHelp } from './commands/help.ts';
import { addHistory } from './commands/history.ts';
import { addImport } from './commands/import.ts';
import { addList } from './commands/list.ts';
import { addMembers } from './commands/members/members.ts';
import { addNode } from './commands/node.ts';
import { addPermissions } from './commands/permissions.ts';
import { addPut } from './commands/put.ts';
import { addRetention } from './commands/retention.ts';
import { addSnapshot } from './commands/snapshot/snapshot.ts';
import { addStatus } from './commands/status.ts';
import { addTail } from './commands/tail.ts';
import { addTransfer } from './commands/transfer.ts';
import { addTxn } from './commands/txn.ts';
import { addUp } from './commands/up.ts';
import { addWatch } from './commands/watch.ts';
import { writeAfterwards } from './output/output.ts';

/** The whole command. What its actions throw is for `outcomeOf`; what is wrong with the arguments is said already, on one line. */
export function createProgram(): Command {
  const program = new Command('quorate')
    .description('A replicated, linearizable config store on NATS.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .exitOverride()
    .configureOutput({
      writeOut: writeAfterwards,
      outputError: (text, writeText) => writeText(`${lineOf(text.replace(/^error: /, ''))}\n`),
    });
  for (const add of [addUp, addNode, addForm, addMembers, addTransfer]) add(program.commandsGroup('Clusters:'));
  for (const add of [addPut, addGet, addDel, addList, addTxn, addHistory, addWatch, addImport])
    add(program.commandsGroup('Keys:'));
  for (const add of [addStatus, addTail, addSnapshot, addRetention, addCompact, addBench, addPermissions])
    add(program.commandsGroup('Operation:'));
  addHelp(program.commandsGroup('Help:'));
  program.addHelpText(
    'after',
    '\nquorate <command> --help has the flags and examples of each. Each setting is a variable too.',
  );
  return program;
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const isVersioned = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isVersioned ? String(manifest.version) : 'unknown';
}
