import { restoreCluster } from '@quorate/client';
import { type Command, Option } from 'commander';
import { name, names } from '../../options/option-values.ts';
import { say, writeLine } from '../../output/output.ts';
import { TransferBar } from '../../output/transfer-bar.ts';
import { untilInterrupted } from '../../until-interrupted.ts';
import { addStoreOptions, connectOptions } from '../../with-store.ts';
import { addExamples } from '../examples.ts';
import { snapshotTimeoutMs } from './snapshot-timeout.ts';

interface RestoreFlags {
  readonly voters: readonly string[];
  readonly fromCluster?: string;
  readonly fromGroup?: string;
}

/** `quorate snapshot restore`: a new cluster that begins with what a file holds. */
export function addRestore(snapshot: Command): void {
  const command = snapshot
    .command('restore')
    .summary('form a new cluster from a file')
    .description(
      'Forms a new cluster, with an id of its own, of running nodes that are in none, from a file that snapshot save has written, and prints its id. Each node gets the whole file and verifies it before the cluster is formed. If it is broken off, the same command goes on.',
    )
    .argument('<file>')
    .addOption(
      new Option('--voters <ids>', "the nodes' ids, with commas between").makeOptionMandatory().argParser(names),
    )
    .addOption(new Option('--from-cluster <name>', 'the file is of a cluster of this other name').argParser(name))
    .addOption(new Option('--from-group <name>', 'the file is of this other group').argParser(name));
  addStoreOptions(command, snapshotTimeoutMs).action((file: string) => restore(command, file));
  addExamples(command, [
    ['quorate snapshot restore main.snapshot --voters n1,n2,n3', 'the same cluster name, a new id'],
    [
      'quorate snapshot restore main.snapshot --voters t1 --cluster test --from-cluster main',
      'a copy to try things on',
    ],
  ]);
}

async function restore(command: Command, file: string): Promise<void> {
  const flags = command.opts<RestoreFlags>();
  const bar = new TransferBar();
  const { clusterId, unacknowledged } = await untilInterrupted('the same command goes on from there', (signal) =>
    restoreCluster({
      ...connectOptions(command),
      file,
      voters: flags.voters,
      ...(flags.fromCluster === undefined ? {} : { fromCluster: flags.fromCluster }),
      ...(flags.fromGroup === undefined ? {} : { fromGroup: flags.fromGroup }),
      signal,
      onProgress: (progress) => bar.show(progress),
    }).finally(() => bar.end()),
  );
  if (unacknowledged.length > 0) {
    say(`quorate: ${unacknowledged.join(', ')} did not acknowledge yet; the others hand it on`);
  }
  await writeLine(clusterId);
}
