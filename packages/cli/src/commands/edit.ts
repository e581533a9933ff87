import { readFile } from 'node:fs/promises';
import { type Entry, RevisionMismatch, type Store } from '@quorate/client';
import { checkKey, checkValue } from '@quorate/config-store';
import type { Command } from 'commander';
import { CommandFailure } from '../command-error.ts';
import { EditedFile } from '../edit/edited-file.ts';
import { say, writeLine } from '../output/output.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

/** `quorate edit`: a key's value in an editor. */
export function addEdit(program: Command): void {
  const command = program
    .command('edit')
    .summary('change a value in an editor')
    .description(
      'Opens a value in $VISUAL, or $EDITOR, or vi, and writes it back if it has changed and nobody else wrote the key in between. What cannot be written back stays in a file, whose name is told. A key that does not exist begins empty. An editor that opens a window has to wait until it is closed: code --wait.',
    )
    .argument('<key>');
  addStoreOptions(command).action((key: string) => edit(command, key));
  addExamples(command, [
    ['quorate edit /app/config.yaml', 'the value'],
    ["EDITOR='code --wait' quorate edit /app/config.yaml", 'in another editor'],
  ]);
}

async function edit(command: Command, key: string): Promise<void> {
  checkKey(key);
  await withStore(command, async (store) => {
    const before = await store.get(key);
    const file = await EditedFile.make(key, before?.value ?? new Uint8Array());
    await file.open();
    const value = await readFile(file.path);
    if (Buffer.compare(value, before?.value ?? new Uint8Array()) === 0) {
      await file.remove();
      return say('quorate: nothing has changed');
    }
    try {
      checkValue(value);
      const revision = await writeBack(store, key, value, before);
      await file.remove();
      await writeLine(String(revision));
    } catch (error) {
      say(`quorate: what was edited is in ${file.path}`);
      throw error;
    }
  });
}

async function writeBack(store: Store, key: string, value: Uint8Array, before: Entry | null): Promise<bigint> {
  const contentType = before?.contentType ?? null;
  const options = { ifRevision: before?.modRevision ?? 0n, ...(contentType === null ? {} : { contentType }) };
  try {
    return (await store.put(key, value, options)).revision;
  } catch (error) {
    if (!(error instanceof RevisionMismatch)) throw error;
    throw new CommandFailure('somebody else has written the key meanwhile; nothing was written', { cause: error });
  }
}
