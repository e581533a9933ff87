import { type Command, InvalidCommand, type SessionPlace, type Write } from '@quorate/config-store';
import { FrameFields } from './frame-fields.ts';
import { encodeMsgpack } from './msgpack.ts';
import { transactionFrame, transactionIn } from './transaction-codec.ts';

/**
 * `['put', key, value, ifRevision | null]`, with a content type behind it if there is one; `['delete', key, ifRevision | null]`; a transaction;
 * `['compact', revision | null]`; or `['setRetention', maxAgeMs | null, maxVersions | null]`: the bytes that stand in the log for good. Any of these in a
 * session is `['inSession', session, sequence, floor, frame]`. Of sessions themselves: `['openSession', ttlMs]`, with a salt behind it if there is one; `['keepSession', session, floor]` and
 * `['closeSession', session]`.
 */
export function encodeCommand(command: Command): Uint8Array {
  switch (command.kind) {
    case 'openSession':
      return encodeMsgpack(
        command.salt === undefined ? ['openSession', command.ttlMs] : ['openSession', command.ttlMs, command.salt],
      );
    case 'keepSession':
      return encodeMsgpack(['keepSession', command.session, command.floor]);
    case 'closeSession':
      return encodeMsgpack(['closeSession', command.session]);
    default: {
      const frame = writeFrame(command);
      if (command.inSession === undefined) return encodeMsgpack(frame);
      const { session, sequence, floor } = command.inSession;
      return encodeMsgpack(['inSession', session, sequence, floor, frame]);
    }
  }
}

function writeFrame(write: Write): readonly unknown[] {
  switch (write.kind) {
    case 'put': {
      const { key, value, ifRevision = null, contentType } = write;
      return contentType === undefined ? ['put', key, value, ifRevision] : ['put', key, value, ifRevision, contentType];
    }
    case 'delete':
      return ['delete', write.key, write.ifRevision ?? null];
    case 'txn':
      return transactionFrame(write);
    case 'compact':
      return ['compact', write.revision];
    case 'setRetention':
      return ['setRetention', write.retention.maxAgeMs, write.retention.maxVersions];
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
    case 'inSession': {
      const inSession = placeIn(fields);
      const frame = fields.frame('write');
      const write = writeIn(frame);
      frame.end();
      return { ...write, inSession };
    }
    case 'openSession': {
      const ttlMs = fields.number('ttlMs');
      return fields.isAtEnd ? { kind, ttlMs } : { kind, ttlMs, salt: fields.number('salt') };
    }
    case 'keepSession':
      return { kind, session: fields.number('session'), floor: fields.number('floor') };
    case 'closeSession':
      return { kind, session: fields.number('session') };
    default:
      return writeIn(fields);
  }
}

const placeIn = (fields: FrameFields): SessionPlace => ({
  session: fields.number('session'),
  sequence: fields.number('sequence'),
  floor: fields.number('floor'),
});

function writeIn(fields: FrameFields): Write {
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
