import type { ReadOptions } from '@quorate/client';
import { Option } from 'commander';
import { counter, name } from './option-values.ts';

/** `--node`, for requests that one node can be asked for. */
export const nodeOption = (): Option => new Option('--node <id>', 'ask this node, and no other').argParser(name);

/** What `nodeOption` comes to, for the SDK. */
export const nodeOf = (flags: { readonly node?: string }): { readonly node?: string } =>
  flags.node === undefined ? {} : { node: flags.node };

/** `--consistency`, for reads of keys. */
export const consistencyOption = (): Option =>
  new Option(
    '--consistency <kind>',
    'linearizable: all that was acknowledged before; local: what the asked node has applied, without asking the leader',
  )
    .choices(['linearizable', 'local'])
    .default('linearizable');

/** What `consistencyOption` comes to, for the SDK. */
export const consistencyOf = (flags: ReadOptions): ReadOptions =>
  flags.consistency === undefined ? {} : { consistency: flags.consistency };

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
