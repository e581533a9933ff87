import { type BoundWrite, type Command, InvalidCommand, type SessionPlace, type Write } from '@quorate/config-store';
import { clientFrame, clientIn } from './client-frames.ts';
import { fencedFrame, fencedIn } from './fence-frames.ts';
import { FrameFields, frameIn } from './frame-fields.ts';
import { frameWriter, isCounter, isPlainText } from './frame-writer.ts';
import { encodeMsgpack } from './msgpack.ts';
import { passedFrame, passedIn } from './passed-frames.ts';
import { transactionFrame, transactionIn } from './transaction-codec.ts';

/**
 * `['put', key, value, ifRevision | null]`, with a content type behind it if there is one, and a lease behind that (then the content type may be null); `['delete', key, ifRevision | null]`; a transaction;
 * `['compact', revision | null]`; `['setRetention', maxAgeMs | null, maxVersions | null]`; `['grantLease', ttlMs, owner | null]`; `['keepLease', lease, owner | null]`; `['revokeLease', lease, owner | null]`;
 * `['setQuota', prefix, maxKeys | null, maxBytes | null]`; `['deleteQuota', prefix]`;
 * `['setSchema', prefix, schema, checkedRevision | null]` or `['deleteSchema', prefix]`: the bytes that stand in the log for good. Any of these may be fenced (`fencedFrame`), say whose it is (`clientFrame`) and have passed schemas (`passedFrame`), and what comes of that in a
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
    default:
      return encodeWrite(command, command.inSession);
  }
}

/** The same of a write, in the place that it has in a session if it has one. */
export function encodeWrite(write: BoundWrite, inSession: SessionPlace | undefined): Uint8Array {
  if (isPlainPut(write) && inSession !== undefined && isPlace(inSession)) return encodePlainPut(write, inSession);
  const fenced = fencedFrame(write.fence, writeFrame(write));
  const frame = passedFrame(write.passedSchemas, clientFrame(write.client, fenced));
  if (inSession === undefined) return encodeMsgpack(frame);
  return encodeMsgpack(['inSession', inSession.session, inSession.sequence, inSession.floor, frame]);
}

type PlainPut = BoundWrite & { readonly kind: 'put' };

/** The write that nearly all are. */
const isPlainPut = (write: BoundWrite): write is PlainPut =>
  write.kind === 'put' &&
  write.fence === undefined &&
  write.passedSchemas === undefined &&
  write.client === undefined &&
  write.ifRevision === undefined &&
  write.contentType === undefined &&
  write.lease === undefined &&
  isPlainText(write.key);

const isPlace = ({ session, sequence, floor }: SessionPlace): boolean =>
  isCounter(session) && isCounter(sequence) && isCounter(floor);

function encodePlainPut({ key, value }: PlainPut, { session, sequence, floor }: SessionPlace): Uint8Array {
  const frame = frameWriter.begin(5).plainText('inSession').counter(session).counter(sequence).counter(floor);
  return frame.array(4).plainText('put').plainText(key).bytes(value).null().take();
}

function writeFrame(write: Write): readonly unknown[] {
  switch (write.kind) {
    case 'put': {
      const { key, value, ifRevision = null, contentType, lease } = write;
      if (lease !== undefined) return ['put', key, value, ifRevision, contentType ?? null, lease];
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
    case 'grantLease':
      return ['grantLease', write.ttlMs, write.owner ?? null];
    case 'keepLease':
    case 'revokeLease':
      return [write.kind, write.lease, write.owner ?? null];
    case 'setQuota':
      return ['setQuota', write.prefix, write.maxKeys, write.maxBytes];
    case 'deleteQuota':
      return ['deleteQuota', write.prefix];
    case 'setSchema':
      return ['setSchema', write.prefix, write.schema, write.checkedRevision];
    case 'deleteSchema':
      return ['deleteSchema', write.prefix];
  }
}

/**
 * The command's shape alone is looked at: its limits are `checkCommand`'s. Values are views of `bytes`.
 * @throws {InvalidCommand}
 */
export function decodeCommand(bytes: Uint8Array): Command {
  const frame = frameIn(bytes, invalid);
  const put = plainPutIn(frame);
  if (put !== null) return put;
  const fields = FrameFields.of(frame, invalid);
  const command = commandIn(fields);
  fields.end();
  return command;
}

const invalid = (reason: string): Error => new InvalidCommand({ reason });

/** The command that nearly all are, which `encodePlainPut` makes; null if it is none, or has another form. */
function plainPutIn(frame: unknown): Command | null {
  if (!Array.isArray(frame) || frame.length !== 5 || frame[0] !== 'inSession') return null;
  const [, session, sequence, floor, write]: readonly unknown[] = frame;
  if (typeof session !== 'number' || typeof sequence !== 'number' || typeof floor !== 'number') return null;
  if (!Array.isArray(write) || write.length !== 4) return null;
  const [kind, key, value, ifRevision]: readonly unknown[] = write;
  if (kind !== 'put' || typeof key !== 'string' || !(value instanceof Uint8Array) || ifRevision !== null) return null;
  return { kind, key, value, inSession: { session, sequence, floor } };
}

function commandIn(fields: FrameFields): Command {
  const { kind } = fields;
  switch (kind) {
    case 'inSession': {
      const inSession = placeIn(fields);
      const frame = fields.frame('write');
      const write = boundWriteIn(frame);
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
      return boundWriteIn(fields);
  }
}

const boundWriteIn = (fields: FrameFields): BoundWrite =>
  passedIn(fields, (passed) => clientIn(passed, (of) => fencedIn(of, writeIn)));

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
      return fields.isAtEnd ? put : { ...put, ...typeAndLeaseIn(fields) };
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
    case 'grantLease':
      return { kind, ttlMs: fields.number('ttlMs'), ...ownerIn(fields) };
    case 'keepLease':
    case 'revokeLease':
      return { kind, lease: fields.number('lease'), ...ownerIn(fields) };
    case 'setQuota':
      return {
        kind,
        prefix: fields.text('prefix'),
        maxKeys: fields.numberOrNull('number of keys'),
        maxBytes: fields.numberOrNull('number of bytes'),
      };
    case 'deleteQuota':
    case 'deleteSchema':
      return { kind, prefix: fields.text('prefix') };
    case 'setSchema':
      return {
        kind,
        prefix: fields.text('prefix'),
        schema: fields.text('schema'),
        checkedRevision: fields.numberOrNull('revision'),
      };
    default:
      throw fields.unknown();
  }
}

function ownerIn(fields: FrameFields): { readonly owner?: string } {
  const owner = fields.textOrNull('owner');
  return owner === null ? {} : { owner };
}

/** A content type stands alone, or, though it be null, before a lease. */
function typeAndLeaseIn(fields: FrameFields): { readonly contentType?: string; readonly lease?: number } {
  const contentType = fields.textOrNull('content type');
  if (contentType === null) return { lease: fields.number('lease') };
  return fields.isAtEnd ? { contentType } : { contentType, lease: fields.number('lease') };
}

function ifRevisionIn(fields: FrameFields): { readonly ifRevision?: number } {
  const ifRevision = fields.numberOrNull('revision');
  return ifRevision === null ? {} : { ifRevision };
}
