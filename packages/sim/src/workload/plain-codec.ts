import type { TransactionOutcome } from '@quorate/checker';
import type {
  CommandResult,
  ConfigStoreCodec,
  DeleteCommand,
  OpenSessionCommand,
  PutCommand,
  Query,
  QueryAnswer,
  SessionPlace,
} from '@quorate/config-store';
import {
  type PlainTransaction,
  parseTransaction,
  parseTransactionResult,
  transactionResultText,
  transactionText,
} from './client-transactions.ts';
import { type LeaseWork, leaseResultText, leaseWorkIn, leaseWorkText } from './lease-work.ts';
import { bytesOf, textOf } from './text-bytes.ts';

/** What the simulator's clients write. */
export type PlainWrite = (PutCommand | DeleteCommand) & { readonly inSession?: SessionPlace };

/** What they ask for, and what holders of leases do. */
export type PlainCommand = PlainWrite | PlainTransaction | OpenSessionCommand | LeaseWork;

/** The codec of the simulator's nodes: no command but theirs comes to them. */
interface PlainCodec extends ConfigStoreCodec {
  readonly decodeCommand: (bytes: Uint8Array) => PlainCommand;
}

/** What became of a command, as far as a client of the simulator looks at it. */
export type PlainResult =
  | { readonly kind: 'put'; readonly revision: number }
  | { readonly kind: 'delete'; readonly revision: number; readonly deleted: boolean }
  | { readonly kind: 'openSession'; readonly session: number }
  | { readonly kind: 'grantLease'; readonly lease: number }
  | { readonly kind: 'done' }
  | TransactionOutcome
  | { readonly kind: 'failed'; readonly code: string; readonly actual: number };

/** What a get found. */
export interface PlainEntry {
  readonly value: string;
  readonly modRevision: number;
}

/** The bytes of a command, as a client sends them. */
export function encodeCommand(command: PlainCommand): Uint8Array {
  if (command.kind === 'openSession') return bytesOf(`openSession\n${command.ttlMs}`);
  if (isLeaseWork(command)) return bytesOf(leaseWorkText(command));
  const { inSession } = command;
  const place = inSession === undefined ? '' : `\n${inSession.session}\n${inSession.sequence}\n${inSession.floor}`;
  if (command.kind === 'txn') return bytesOf(`txn\n${transactionText(command)}\n\n${place}`);
  const condition = command.ifRevision === undefined ? '' : String(command.ifRevision);
  const value = command.kind === 'put' ? textOf(command.value) : '';
  return bytesOf(`${command.kind}\n${command.key}\n${condition}\n${value}${place}`);
}

/** Whether it is a holder's, and no client's. */
export const isLeaseWork = (command: PlainCommand): command is LeaseWork =>
  command.kind !== 'openSession' &&
  command.kind !== 'delete' &&
  !('asked' in command) &&
  (command.kind !== 'put' || command.lease !== undefined);

/** The bytes of a query for one key. */
export const encodeGet = (key: string): Uint8Array => bytesOf(`get\n${key}`);

/** What the store answered to a command. */
export function decodeResult(bytes: Uint8Array): PlainResult {
  const [kind, first = '', second = ''] = textOf(bytes).split('\n');
  switch (kind) {
    case 'put':
      return { kind, revision: Number(first) };
    case 'delete':
      return { kind, revision: Number(first), deleted: second === 'true' };
    case 'openSession':
      return { kind, session: Number(first) };
    case 'grantLease':
      return { kind, lease: Number(first) };
    case 'done':
      return { kind };
    case 'txn':
      return parseTransactionResult(first);
    default:
      return { kind: 'failed', code: first, actual: Number(second) };
  }
}

/** What the store answered to a get; null if there is no such key. */
export function decodeAnswer(bytes: Uint8Array): PlainEntry | null {
  const [, , found, modRevision, value = ''] = textOf(bytes).split('\n');
  return found === 'found' ? { value, modRevision: Number(modRevision) } : null;
}

/** The end of the log that the answer to a get shows. */
export const appliedIndexOf = (bytes: Uint8Array): number => Number(textOf(bytes).split('\n')[1]);

/** What was decoded, by the bytes: each node applies the same ones, and nobody changes them. */
const decoded = new WeakMap<Uint8Array, PlainCommand>();

function decode(bytes: Uint8Array): PlainCommand {
  const fields = textOf(bytes).split('\n');
  const work = leaseWorkIn(fields);
  if (work !== null) return work;
  const [kind, key = '', condition = '', value = '', ...place] = fields;
  if (kind === 'openSession') return { kind, ttlMs: Number(key) };
  if (kind === 'txn') return { ...parseTransaction(key), ...placeIn(place) };
  const ifRevision = condition === '' ? {} : { ifRevision: Number(condition) };
  const inSession = placeIn(place);
  if (kind === 'put') return { kind, key, value: bytesOf(value), ...ifRevision, ...inSession };
  if (kind === 'delete') return { kind, key, ...ifRevision, ...inSession };
  throw new RangeError(`${kind} is no command`);
}

function placeIn(texts: readonly string[]): { readonly inSession?: SessionPlace } {
  if (texts.length === 0) return {};
  const [session = 0, sequence = 0, floor = 0] = texts.map(Number);
  return { inSession: { session, sequence, floor } };
}

/** The config store's bytes in the simulator. */
export const plainCodec: PlainCodec = {
  decodeCommand: (bytes): PlainCommand => {
    const known = decoded.get(bytes);
    if (known !== undefined) return known;
    const command = decode(bytes);
    decoded.set(bytes, command);
    return command;
  },
  encodeResult: (result: CommandResult) => {
    if (result.kind === 'put') return bytesOf(`put\n${result.revision}`);
    if (result.kind === 'openSession') return bytesOf(`openSession\n${result.session}`);
    if (result.kind === 'delete') return bytesOf(`delete\n${result.revision}\n${result.deleted}`);
    if (result.kind === 'txn') return bytesOf(`txn\n${transactionResultText(result)}`);
    const work = leaseResultText(result);
    if (work !== null) return bytesOf(work);
    if (result.kind !== 'failed') throw new RangeError(`nobody asked for ${result.kind}`);
    return bytesOf(`failed\n${result.error.code}\n${result.error.details.actual ?? ''}`);
  },
  decodeQuery: (bytes): Query => ({ kind: 'get', key: textOf(bytes).split('\n')[1] ?? '', revision: null }),
  encodeAnswer: (answer: QueryAnswer) => {
    const { kind, appliedIndex } = answer;
    if (answer.kind !== 'get' || answer.entry === null) return bytesOf(`${kind}\n${appliedIndex}`);
    return bytesOf(`get\n${appliedIndex}\nfound\n${answer.entry.modRevision}\n${textOf(answer.entry.value)}`);
  },
  encodeChange: (change) => bytesOf(`${change.op} ${change.revision}`),
};
