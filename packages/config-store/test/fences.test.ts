import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandResult, Fence, Operation, Transaction } from '../src/index.ts';
import { bytesOf, toBytes } from './json-codec.ts';
import { StoreFixture } from './store-fixture.ts';

const value = bytesOf('x');
const put = (key: string, fence?: Fence): Operation & { readonly kind: 'put' } => ({
  kind: 'put',
  key,
  value,
  ...(fence === undefined ? {} : { fence }),
});
const txn = (parts: Partial<Transaction>): Transaction => ({ kind: 'txn', compare: [], then: [], else: [], ...parts });
const codeOf = (result: CommandResult): string => (result.kind === 'failed' ? result.error.code : result.kind);

let fixture: StoreFixture;
let held: Fence;
let lost: Fence;

/** The lock is taken, released and taken again: there is a token of before, and one of now. */
beforeEach(() => {
  fixture = new StoreFixture();
  fixture.put('/lock');
  lost = { lock: '/lock', token: fixture.store.revision };
  fixture.delete('/lock');
  fixture.put('/lock');
  held = { lock: '/lock', token: fixture.store.revision };
});

describe('a fence', () => {
  it.each([
    ['put', put('/a')],
    ['delete', { kind: 'delete', key: '/lock' }],
    ['txn', txn({ then: [put('/a')] })],
    ['compact', { kind: 'compact', revision: null }],
    ['setRetention', { kind: 'setRetention', retention: { maxAgeMs: 1, maxVersions: null } }],
    ['grantLease', { kind: 'grantLease', ttlMs: 1_000 }],
  ] as const)('lets a %s pass while the lock is held, and refuses it when it has moved on', (kind, write) => {
    const { revision } = fixture.store;
    expect(codeOf(fixture.run({ ...write, fence: lost }))).toBe('LockLost');
    expect(fixture.store.revision).toBe(revision);
    expect(codeOf(fixture.run({ ...write, fence: held }))).toBe(kind);
  });

  it('holds though the value of the lock is written again', () => {
    fixture.put('/lock');
    expect(codeOf(fixture.run({ ...put('/a'), fence: held }))).toBe('put');
  });

  it('says which token it found', () => {
    const details = { lock: '/lock', token: String(lost.token), actual: String(held.token) };
    expect(fixture.run({ ...put('/a'), fence: lost })).toMatchObject({ error: { details } });
    fixture.delete('/lock');
    expect(fixture.run({ ...put('/a'), fence: held })).toMatchObject({ error: { details: { actual: '0' } } });
  });

  it('is asked in the branches that a transaction takes, however deep, and then nothing of it is done', () => {
    const nested = (fence: Fence): Transaction =>
      txn({ then: [put('/a'), txn({ then: [txn({ then: [put('/b', fence)] })] })] });
    expect(codeOf(fixture.run(nested(lost)))).toBe('LockLost');
    expect(fixture.get('/a').entry).toBeNull();
    expect(codeOf(fixture.run(nested(held)))).toBe('txn');
  });

  it('of a transaction within one, and of a delete, is asked as well', () => {
    const fenced = { ...txn({ then: [put('/b')] }), fence: lost };
    expect(codeOf(fixture.run(txn({ then: [fenced] })))).toBe('LockLost');
    const remove = { kind: 'delete', keys: { prefix: '/' }, fence: lost } as const;
    expect(codeOf(fixture.run(txn({ then: [remove] })))).toBe('LockLost');
  });

  it('is not asked in a branch that is not taken', () => {
    expect(codeOf(fixture.run(txn({ then: [put('/a')], else: [put('/b', lost)] })))).toBe('txn');
  });

  it('looks at what was there before the transaction', () => {
    const release = { kind: 'delete', keys: { key: '/lock' } } as const;
    expect(codeOf(fixture.run(txn({ then: [release, put('/a', held)] })))).toBe('txn');
  });

  it.each([
    [{ lock: '/lock', token: 0 }, 'InvalidFence'],
    [{ lock: '/lock', token: 1.5 }, 'InvalidFence'],
    [{ lock: 7, token: 1 }, 'InvalidFence'],
    ['/lock', 'InvalidFence'],
    [{ lock: '', token: 1 }, 'InvalidKey'],
  ])('%j is none', (fence, code) => {
    expect(codeOf(fixture.applyBytes(toBytes({ ...put('/a'), fence })))).toBe(code);
    const within = { ...txn({}), then: [{ ...put('/a'), fence }] };
    expect(codeOf(fixture.applyBytes(toBytes(within)))).toBe(code);
  });
});
