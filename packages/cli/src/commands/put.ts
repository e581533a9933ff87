import { buffer } from 'node:stream/consumers';
import type { Fence, PutOptions } from '@quorate/client';
import { checkContentType, checkKey, checkValue } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { UsageError } from '../command-error.ts';
import { counter } from '../options/option-values.ts';
import {
  fenceOf,
  fenceOption,
  ifRevisionOf,
  ifRevisionOption,
  nodeOf,
  nodeOption,
} from '../options/request-options.ts';
import { writeLine } from '../output/output.ts';
import { readInputFile } from '../read-input-file.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

/** What the flags of a put come to. */
export interface PutFlags {
  readonly file?: string;
  readonly node?: string;
  readonly ifRevision?: bigint;
  readonly contentType?: string;
  readonly lease?: bigint;
  readonly fence?: Fence;
}

/** `quorate put`: writes a key. */
export function addPut(program: Command): void {
  const command = program
    .command('put')
    .summary('write a key')
    .description("Writes a key, and prints the store's revision that the write made.")
    .argument('<key>')
    .argument('[value]', 'its value; - for what comes on standard input')
    .addOption(fenceOption());
  addStoreOptions(addPutOptions(command)).action((key: string, value: string | undefined) => put(command, key, value));
  addExamples(command, [
    ['quorate put /app/db/url postgres://db', 'a text'],
    ['quorate put /app/logo.png --file logo.png', "a file's bytes"],
    ['date | quorate put /app/built -', 'standard input'],
    ['quorate put /app/db/url postgres://db2 --if-revision 7', 'only if nobody changed it since'],
    ['quorate put /app/flags -- --verbose', 'a value that begins with a dash'],
  ]);
}

async function put(command: Command, key: string, text: string | undefined): Promise<void> {
  const flags = command.opts<PutFlags>();
  checkKey(key);
  if (flags.contentType !== undefined) checkContentType(flags.contentType);
  const value = await readPutValue(text, flags.file);
  checkValue(value);
  await withStore(command, async (store) => {
    const { revision } = await store.put(key, value, { ...putOptionsOf(flags), ...fenceOf(flags) });
    await writeLine(String(revision));
  });
}

/** `--file`, `--content-type`, `--lease`, `--if-revision` and `--node`. */
export const addPutOptions = (command: Command): Command =>
  command
    .addOption(new Option('--file <path>', 'take the value from a file, byte for byte'))
    .addOption(new Option('--content-type <type>', 'what the value is: a media type such as application/json'))
    .addOption(
      new Option('--lease <id>', 'the lease that the key is to go with: it is removed when that ends').argParser(
        counter(1n),
      ),
    )
    .addOption(ifRevisionOption())
    .addOption(nodeOption());

/** What they come to, for the SDK. */
export const putOptionsOf = (flags: PutFlags): Pick<PutOptions, 'contentType' | 'lease' | 'node' | 'ifRevision'> => ({
  ...(flags.contentType === undefined ? {} : { contentType: flags.contentType }),
  ...(flags.lease === undefined ? {} : { lease: flags.lease }),
  ...nodeOf(flags),
  ...ifRevisionOf(flags),
});

/** The value, from where the arguments say. @throws {UsageError} */
export async function readPutValue(text: string | undefined, file: string | undefined): Promise<Uint8Array> {
  if ((text === undefined) === (file === undefined)) throw new UsageError('put takes either a value or --file');
  if (file !== undefined) return readInputFile(file);
  return text === undefined || text === '-' ? buffer(process.stdin) : Buffer.from(text);
}
