import { type Command, InvalidCommand } from '@quorate/config-store';
import { FrameFields } from './frame-fields.ts';
import { encodeMsgpack } from './msgpack.ts';
import { transactionFrame, transactionIn } from './transaction-codec.ts';

/**
 * `['put', key, value, ifRevision | null]`, with a content type behind it if there is one; `['delete', key, ifRevision | null]`; a transaction;
 * `['compact', revision | null]`; or `['setRetention', maxAgeMs | null, maxVersions | null]`: the bytes that stand in the log for good.
 */
export function encodeCommand(command: Command): Uint8Array {
  switch (command.kind) {
    case 'put': {
      const { key, value, ifRevision = null, contentType } = command;
      return encodeMsgpack(['put', key, value, ifRevision, ...(contentType === undefined ? [] : [contentType])]);
    }
    case 'delete':
      return encodeMsgpack(['delete', command.key, command.ifRevision ?? null]);
    case 'txn':
      return encodeMsgpack(transactionFrame(command));
    case 'compact':
      return encodeMsgpack(['compact', command.revision]);
    case 'setRetention':
      return encodeMsgpack(['setRetention', command.retention.maxAgeMs, command.retention.maxVersions]);
  }
}

/**
 * The command's shape alone is looked at: its limits are `checkCommand`'s. Values are views of `bytes`.
 * @throws {InvalidCommand}
 */
export function decodeCommand(bytes: Uint8Array): Command {
  const fields = FrameFields.decode(bytes, (reason) => new InvalidCommand({ reason }));
  const command = commandIn(fields);
  fields.end();
  return command;
}

function commandIn(fields: FrameFields): Command {
  const { kind } = fields;
  switch (kind) {
    case 'put': {
      const put = { kind, key: fields.text('key'), value: fields.bytes('value'), ...ifRevisionIn(fields) } as const;
      return fields.isAtEnd ? put : { ...put, contentType: fields.text('content type') };
    }
    case 'delete':
      return { kind, key: fields.text('key'), ...ifRevisionIn(fields) };
    case 'txn':
      return transactionIn(fields);
    case 'compact':
      return { kind, revision: fields.numberOrNull('revision') };
    case 'setRetention':
      return {
        kind,
        retention: { maxAgeMs: fields.numberOrNull('age'), maxVersions: fields.numberOrNull('number of versions') },
      };
    default:
      throw fields.unknown();
  }
}

function ifRevisionIn(fields: FrameFields): { readonly ifRevision?: number } {
  const ifRevision = fields.numberOrNull('revision');
  return ifRevision === null ? {} : { ifRevision };
}
