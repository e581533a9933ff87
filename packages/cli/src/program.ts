import { Command } from 'commander';
import { lineOf } from './command-outcome.ts';
import { addApply } from './commands/apply.ts';
import { addBench } from './commands/bench/bench.ts';
import { addCompact } from './commands/compact.ts';
import { addDel } from './commands/del.ts';
import { addDiff } from './commands/diff.ts';
import { addEdit } from './commands/edit.ts';
import { addExport } from './commands/export.ts';
import { addForm } from './commands/form.ts';
import { addGet } from './commands/get.ts';
import { addHelp } from './commands/help.ts';
import { addHistory } from './commands/history.ts';
import { addImport } from './commands/import.ts';
import { addLease } from './commands/lease/lease.ts';
import { addList } from './commands/list.ts';
import { addLock } from './commands/lock.ts';
import { addMembers } from './commands/members/members.ts';
import { addNode } from './commands/node.ts';
import { addPermissions } from './commands/permissions.ts';
import { addPut } from './commands/put.ts';
import { addQuota } from './commands/quota/quota.ts';
import { addRetention } from './commands/retention.ts';
import { addRollback } from './commands/rollback.ts';
import { addSchema } from './commands/schema/schema.ts';
import { addSlow } from './commands/slow.ts';
import { addSnapshot } from './commands/snapshot/snapshot.ts';
import { addStatus } from './commands/status.ts';
import { addTail } from './commands/tail.ts';
import { addTap } from './commands/tap.ts';
import { addTrace } from './commands/trace/trace.ts';
import { addTransfer } from './commands/transfer.ts';
import { addTxn } from './commands/txn.ts';
import { addUp } from './commands/up.ts';
import { addWatch } from './commands/watch.ts';
import { writeAfterwards } from './output/output.ts';
import { version } from './own-package.ts';

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
  for (const add of [addPut, addGet, addDel, addList, addTxn, addEdit]) add(program.commandsGroup('Keys:'));
  for (const add of [addWatch, addHistory, addDiff, addRollback]) add(program.commandsGroup('Changes:'));
  for (const add of [addImport, addExport, addApply]) add(program.commandsGroup('Files:'));
  for (const add of [addLease, addLock]) add(program.commandsGroup('Leases and locks:'));
  for (const add of [
    addStatus,
    addTail,
    addSnapshot,
    addRetention,
    addCompact,
    addQuota,
    addSchema,
    addBench,
    addPermissions,
  ])
    add(program.commandsGroup('Operation:'));
  for (const add of [addTrace, addSlow, addTap]) add(program.commandsGroup('What takes time:'));
  addHelp(program.commandsGroup('Help:'));
  program.addHelpText(
    'after',
    '\nquorate <command> --help has the flags and examples of each. Each setting is a variable too.',
  );
  return program;
}
