import { describe, expect, it } from 'vitest';
import {
  InvalidCommand,
  InvalidContentType,
  InvalidFence,
  InvalidKey,
  InvalidLease,
  InvalidLimit,
  InvalidQuery,
  InvalidQuota,
  InvalidRange,
  InvalidRetention,
  InvalidRevision,
  InvalidSchema,
  InvalidSession,
  KeysChanged,
  KeysDoNotMatch,
  KeyTooLarge,
  KeyWrittenTwice,
  LeaseExpired,
  LeaseFull,
  LeaseOfAnother,
  LockLost,
  QuorateError,
  QuotaExceeded,
  RevisionCompacted,
  RevisionMismatch,
  RevisionNotWritten,
  SchemaChanged,
  SchemaViolation,
  SequencePassed,
  SessionExpired,
  SessionResultsTooLarge,
  SessionWindowExceeded,
  storeErrors,
  TooManyLeases,
  TooManyQuotas,
  TooManySchemas,
  TooManySessions,
  TransactionTooLarge,
  UnknownLease,
  ValueTooLarge,
} from '../src/index.ts';

const errors: readonly QuorateError[] = [
  new InvalidKey({ what: 'prefix', reason: 'is empty', sizeBytes: 0, limitBytes: 1024 }),
  new KeyTooLarge({ what: 'key', sizeBytes: 1025, limitBytes: 1024 }),
  new ValueTooLarge({ sizeBytes: 2, limitBytes: 1 }),
  new InvalidLimit({ given: '0', limit: 1000 }),
  new InvalidRevision({ given: '-1' }),
  new RevisionMismatch({ key: '/a', expected: '3', actual: '5' }),
  new RevisionCompacted({ revision: '3', oldestRevision: '5' }),
  new RevisionNotWritten({ revision: '7', newestRevision: '5' }),
  new InvalidRange({ from: '/b', to: '/a' }),
  new InvalidContentType({ given: 'text', limit: 127 }),
  new InvalidRetention({ setting: 'maxVersions', given: '0', least: 1, limit: 1000 }),
  new TransactionTooLarge({ what: 'operations', actual: 129, limit: 128 }),
  new KeyWrittenTwice({ key: '/a' }),
  new SessionExpired({ session: '7' }),
  new SequencePassed({ sequence: '3', floor: '5' }),
  new TooManySessions({ limit: 10_000 }),
  new SessionResultsTooLarge({ sizeBytes: 2, limitBytes: 1 }),
  new SessionWindowExceeded({ sequence: '1026', floor: '1', limit: 1024 }),
  new InvalidSession({ reason: '0 is no id of a session' }),
  new UnknownLease({ lease: '7' }),
  new LeaseExpired({ lease: '7' }),
  new LeaseOfAnother({ lease: '7', owner: 'me', given: null }),
  new TooManyLeases({ limit: 10_000 }),
  new LeaseFull({ lease: '7', actual: 1001, limit: 1000 }),
  new InvalidLease({ reason: '0 is no id of a lease' }),
  new LockLost({ lock: '/lock', token: '3', actual: '0' }),
  new InvalidFence({ reason: 'token 0 is no integer from 1' }),
  new QuotaExceeded({ prefix: '/a/', what: 'keys', actual: 3, limit: 2 }),
  new InvalidQuota({ reason: 'it limits neither keys nor bytes' }),
  new TooManyQuotas({ limit: 256 }),
  new SchemaViolation({ key: '/a/1', prefix: '/a/', path: '/port', reason: 'must be integer' }),
  new InvalidSchema({ reason: 'it is no JSON' }),
  new KeysDoNotMatch({ prefix: '/a/', failing: '[{"key":"/a/1","path":"","reason":"must be integer"}]' }),
  new SchemaChanged({ prefix: '/a/', schemaRevision: '7' }),
  new KeysChanged({ prefix: '/a/', checkedRevision: '7' }),
  new TooManySchemas({ limit: 256 }),
  new InvalidCommand({ reason: 'it is empty' }),
  new InvalidQuery({ reason: 'it is empty' }),
];

describe('the store’s errors', () => {
  it.each(errors.map((error) => [error.code, error] as const))(
    '%s becomes data and the same class again',
    (code, error) => {
      const data = JSON.parse(JSON.stringify(error.toData()));
      const again = storeErrors.get(code)?.({ ...data, message: 'as it was sent' });
      expect(again).toBeInstanceOf(error.constructor);
      expect(again).toBeInstanceOf(QuorateError);
      expect(again?.toData()).toEqual({ code, message: 'as it was sent', details: error.details });
      expect(String(error)).toBe(`${code}: ${error.message}`);
    },
  );

  it('knows all of them, and none whose details are not its own', () => {
    expect([...storeErrors.keys()].sort()).toEqual(errors.map((error) => error.code).sort());
    for (const build of storeErrors.values()) expect(build({ code: 'x', message: '', details: {} })).toBeNull();
    const mismatch = { code: 'RevisionMismatch', message: '', details: { key: 'a', expected: 'x', actual: '1' } };
    expect(storeErrors.get('RevisionMismatch')?.(mismatch)).toBeNull();
  });

  it('gives the revisions of a mismatch as integers, and says what each case means', () => {
    const mismatch = new RevisionMismatch({ key: '/a', expected: '9007199254740993', actual: '0' });
    expect([mismatch.key, mismatch.expected, mismatch.actual]).toEqual(['/a', 9007199254740993n, 0n]);
    expect(mismatch.message).toBe('"/a" does not exist, revision 9007199254740993 was expected');
    expect(new RevisionMismatch({ key: '/a', expected: '0', actual: '5' }).message).toBe(
      '"/a" exists at revision 5, it was expected not to',
    );
    const long = new RevisionMismatch({ key: '\u{1f600}'.repeat(256), expected: '3', actual: '5' });
    expect(long.message).toBe(`"${'\u{1f600}'.repeat(64)}"… is at revision 5, 3 was expected`);
  });
});
