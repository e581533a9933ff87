import type { ReadOptions } from '@quorate/client';
import { type Command, Option } from 'commander';
import { counter, duration, name } from './option-values.ts';

/** `--node`, for requests that one node can be asked for. */
export const nodeOption = (): Option => new Option('--node <id>', 'ask this node, and no other').argParser(name);

/** What `nodeOption` comes to, for the SDK. */
export const nodeOf = (flags: { readonly node?: string }): { readonly node?: string } =>
  flags.node === undefined ? {} : { node: flags.node };

/** What the flags of reads come to. */
export interface ReadFlags extends Pick<ReadOptions, 'consistency' | 'minRevision'> {
  readonly maxStaleness?: number;
}

/** `--consistency`, `--max-staleness` and `--min-revision`, for reads of keys. */
export const addReadOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--consistency <kind>',
        'linearizable: all that was acknowledged before; readIndex: the same, a quorum is always asked; bounded: no older than --max-staleness; local: what the asked node has applied, without asking the leader',
      )
        .choices(['linearizable', 'readIndex', 'bounded', 'local'])
        .default('linearizable'),
    )
    .addOption(new Option('--max-staleness <duration>', 'how old a bounded read may be: 500ms, 2s').argParser(duration))
    .addOption(
      new Option('--min-revision <number>', 'of this revision or a later one: that of an earlier answer').argParser(
        counter(0n),
      ),
    );

/** What these flags come to, for the SDK. */
export const readOptionsOf = ({ consistency, maxStaleness, minRevision }: ReadFlags): ReadOptions => ({
  ...(consistency === undefined ? {} : { consistency }),
  ...(maxStaleness === undefined ? {} : { maxStalenessMs: maxStaleness }),
  ...(minRevision === undefined ? {} : { minRevision }),
});

/** `--json`, for commands that read. */
export const jsonOption = (): Option => new Option('--json', 'as JSON; numbers of 64 bits are texts');

/** `--if-revision`, for commands that write. */
export const ifRevisionOption = (): Option =>
  new Option(
    '--if-revision <number>',
    'only if the key was last changed at this revision; 0: only if it does not exist',
  ).argParser(counter(0n));

/** What `ifRevisionOption` comes to, for the SDK. */
export const ifRevisionOf = (flags: { readonly ifRevision?: bigint }): { readonly ifRevision?: bigint } =>
  flags.ifRevision === undefined ? {} : { ifRevision: flags.ifRevision };
