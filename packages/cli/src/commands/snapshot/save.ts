import { snapshotToJson, type TransferProgress } from '@quorate/client';
import { type Command, Option } from 'commander';
import { jsonOption } from '../../options/request-options.ts';
import { writeLine } from '../../output/output.ts';
import { snapshotInfoLines } from '../../output/snapshot-text.ts';
import { TransferBar } from '../../output/transfer-bar.ts';
import { untilInterrupted } from '../../until-interrupted.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';
import { snapshotTimeoutMs } from './snapshot-timeout.ts';

interface SaveFlags {
  readonly force?: boolean;
  readonly json?: boolean;
  readonly timeout: number;
}

/** `quorate snapshot save`: a back-up. */
export function addSave(snapshot: Command): void {
  const command = snapshot
    .command('save')
    .summary('save a snapshot as a file')
    .description(
      'Writes all that is committed now to a file, from which a cluster can be restored, and shows what it holds. The file appears when all of it is there and verified.',
    )
    .argument('<file>')
    .addOption(new Option('--force', 'replace a file that exists'))
    .addOption(jsonOption());
  addStoreOptions(command, snapshotTimeoutMs).action((file: string) => save(command, file));
  addExamples(command, [
    ['quorate snapshot save main.snapshot', 'refused if there is such a file'],
    ['quorate snapshot save /backup/main.snapshot --force', 'in its place'],
  ]);
}

async function save(command: Command, file: string): Promise<void> {
  const { force = false, json, timeout: timeoutMs } = command.opts<SaveFlags>();
  await untilInterrupted('no file was written', (signal) =>
    withStore(
      command,
      async (store) => {
        const bar = new TransferBar();
        const onProgress = (progress: TransferProgress): void => bar.show(progress);
        const info = await store.saveSnapshot(file, { force, signal, onProgress, timeoutMs }).finally(() => bar.end());
        if (json === true) return writeLine(JSON.stringify(snapshotToJson(info)));
        for (const line of snapshotInfoLines(info)) await writeLine(line);
      },
      { signal },
    ),
  );
}
