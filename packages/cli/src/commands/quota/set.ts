import { type Command, Option } from 'commander';
import { byteSize, integer } from '../../options/option-values.ts';
import { say } from '../../output/output.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

interface SetFlags {
  readonly keys?: number;
  readonly bytes?: number;
}

/** `quorate quota set`: a quota, or another limit for one. */
export function addSet(quota: Command): void {
  const command = quota
    .command('set')
    .summary('set a quota')
    .description(
      'Limits how many keys there may be below a prefix, and how many bytes of keys and values. What there is already is counted first. A limit that is not named is lifted. If there is more already nothing is removed, and only what makes less of it passes.',
    )
    .argument('<prefix>', 'what the keys begin with; "" for all keys')
    .addOption(new Option('--keys <number>', 'how many keys').argParser(integer(0, Number.MAX_SAFE_INTEGER - 1)))
    .addOption(new Option('--bytes <size>', 'how many bytes: 1000000, 64MiB').argParser(byteSize));
  addStoreOptions(command).action((prefix: string) => set(command, prefix));
  addExamples(command, [
    ['quorate quota set /team-a/ --keys 10000', 'however large they are'],
    ['quorate quota set "" --bytes 2GiB', 'of the whole store'],
  ]);
}

async function set(command: Command, prefix: string): Promise<void> {
  const { keys: maxKeys, bytes: maxBytes } = command.opts<SetFlags>();
  if (maxKeys === undefined && maxBytes === undefined) command.error('error: --keys, --bytes or both must be given');
  await withStore(command, async (store) => {
    const limits = { maxKeys: maxKeys ?? null, maxBytes: maxBytes ?? null };
    const { keys, bytes } = await store.quotas.set(prefix, limits);
    say(`quorate: there are ${keys} ${keys === 1 ? 'key' : 'keys'} with ${bytes} bytes`);
  });
}
