import type { Fence, GetOptions, ReadOptions } from '@quorate/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { counter, duration, name } from './option-values.ts';

/** `--node`, for requests that one node can be asked for. */
export const nodeOption = (): Option => new Option('--node <id>', 'ask this node, and no other').argParser(name);

/** What `nodeOption` comes to, for the SDK. */
export const nodeOf = (flags: { readonly node?: string }): { readonly node?: string } =>
  flags.node === undefined ? {} : { node: flags.node };

/** What the flags of how fresh a read is come to. */
export interface ConsistencyFlags extends Pick<ReadOptions, 'consistency'> {
  readonly maxStaleness?: number;
}

/** `--consistency` and `--max-staleness`, for reads of keys. */
export const addConsistencyOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--consistency <kind>',
        'linearizable: all that was acknowledged before; readIndex: the same, a quorum is always asked; bounded: no older than --max-staleness; local: what the asked node has applied, without asking the leader',
      )
        .choices(['linearizable', 'readIndex', 'bounded', 'local'])
        .default('linearizable'),
    )
    .addOption(
      new Option('--max-staleness <duration>', 'how old a bounded read may be: 500ms, 2s').argParser(duration),
    );

/** What `addConsistencyOptions` comes to, for the SDK. */
export const consistencyOf = ({
  consistency,
  maxStaleness,
}: ConsistencyFlags): Pick<ReadOptions, 'consistency' | 'maxStalenessMs'> => ({
  ...(consistency === undefined ? {} : { consistency }),
  ...(maxStaleness === undefined ? {} : { maxStalenessMs: maxStaleness }),
});

/** What `--revision` comes to, for the SDK. */
export const revisionOf = (flags: { readonly revision?: bigint }): { readonly revision?: bigint } =>
  flags.revision === undefined ? {} : { revision: flags.revision };

/** What the flags of where and how a key is read come to. */
export interface ReadFlags extends ConsistencyFlags, Pick<ReadOptions, 'minRevision'> {
  readonly node?: string;
  readonly revision?: bigint;
}

/** `--revision`, `--node`, `--consistency`, `--max-staleness` and `--min-revision`, for reads of keys. */
export const addReadOptions = (command: Command): Command =>
  addConsistencyOptions(
    command
      .addOption(new Option('--revision <number>', 'as it was after this revision').argParser(counter(1n)))
      .addOption(nodeOption()),
  ).addOption(
    new Option('--min-revision <number>', 'of this revision or a later one: that of an earlier answer').argParser(
      counter(0n),
    ),
  );

/** What `addReadOptions` comes to, for the SDK. */
export const readOptionsOf = (flags: ReadFlags): Omit<GetOptions, 'signal' | 'timeoutMs'> => ({
  ...revisionOf(flags),
  ...nodeOf(flags),
  ...consistencyOf(flags),
  ...(flags.minRevision === undefined ? {} : { minRevision: flags.minRevision }),
});

/** `--json`, for commands that read. */
export const jsonOption = (): Option => new Option('--json', 'as JSON; numbers of 64 bits are texts');

/** `--path`, for commands that draw where the time of writes went. */
export const pathOption = (): Option => new Option('--path', 'only what the answer waited for');
/** `--owner`, for commands of leases. */
export const ownerOption = (description: string): Option => new Option('--owner <name>', description);

/** What `ownerOption` comes to, for the SDK. */
export const ownerOf = (flags: { readonly owner?: string }): { readonly owner?: string } =>
  flags.owner === undefined ? {} : { owner: flags.owner };

/** `--fence`, for commands that write. */
export const fenceOption = (): Option =>
  new Option(
    '--fence <lock:token>',
    'only while that lock is held with that token: what quorate lock gives its command',
  ).argParser((text): Fence => {
    const [, lock = '', token = ''] = /^(.+):([1-9]\d{0,15})$/.exec(text) ?? [];
    if (lock === '') throw new InvalidArgumentError('It must be a key and a number, with a colon between.');
    return { lock, token: BigInt(token) };
  });

/** What `fenceOption` comes to, for the SDK. */
export const fenceOf = (flags: { readonly fence?: Fence }): { readonly fence?: Fence } =>
  flags.fence === undefined ? {} : { fence: flags.fence };

/** `--if-revision`, for commands that write. */
export const ifRevisionOption = (): Option =>
  new Option(
    '--if-revision <number>',
    'only if the key was last changed at this revision; 0: only if it does not exist',
  ).argParser(counter(0n));

/** What `ifRevisionOption` comes to, for the SDK. */
export const ifRevisionOf = (flags: { readonly ifRevision?: bigint }): { readonly ifRevision?: bigint } =>
  flags.ifRevision === undefined ? {} : { ifRevision: flags.ifRevision };
