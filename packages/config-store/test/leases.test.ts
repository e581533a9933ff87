import type { LogEntry } from '@quorate/raft';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type CommandResult,
  leaseExpiryTable,
  leaseKeysTable,
  leasesTable,
  MAX_LEASE_KEYS,
  MAX_LEASES,
  type Write,
} from '../src/index.ts';
import { bytesOf, toBytes } from './json-codec.ts';
import { entryAt, resultOf, StoreFixture } from './store-fixture.ts';

/** A store whose entries come at log times that a test chooses. */
class LeasesFixture extends StoreFixture {
  nowMs = 0;
  term = 1;

  at(nowMs: number): this {
    this.nowMs = nowMs;
    return this;
  }

  do(command: Write & { readonly fence?: { readonly lock: string; readonly token: number } }): CommandResult {
    return resultOf(this.applyEntry(this.#next({ command: toBytes(command) })));
  }

  /** The leader tells the time; the keys that went by it. */
  noop(): readonly string[] {
    return this.applyEntry(this.#next({ kind: 'noop' }))
      .notices()
      .map(({ subject }) => subject);
  }

  /** Another leader takes office. */
  newLeader(): readonly string[] {
    this.term += 1;
    return this.noop();
  }

  grant(ttlMs: number, owner?: string): number {
    const result = this.do({ kind: 'grantLease', ttlMs, ...(owner === undefined ? {} : { owner }) });
    if (result.kind !== 'grantLease') throw new Error(`got ${JSON.stringify(result)}`);
    return result.lease;
  }

  putWith(lease: number, ...keys: readonly string[]): void {
    for (const key of keys) {
      expect(this.do({ kind: 'put', key, value: bytesOf('x'), lease })).toMatchObject({ kind: 'put' });
    }
  }

  keys(): readonly string[] {
    return this.list('').entries.map(({ key }) => key);
  }

  leases(): readonly number[] {
    return this.ask({ kind: 'leases', after: 0, limit: 1000 }).leases.map(({ lease }) => lease);
  }

  #next(options: { readonly command?: Uint8Array; readonly kind?: 'noop' }): LogEntry {
    return entryAt(this.store.lastApplied + 1, { ...options, logTimeMs: this.nowMs, term: this.term });
  }
}

const errorOf = (result: CommandResult): unknown => (result.kind === 'failed' ? result.error : result);

let fixture: LeasesFixture;

beforeEach(() => {
  fixture = new LeasesFixture();
});

describe('a lease', () => {
  it('has for its id the number of leases that were granted', () => {
    expect([fixture.grant(1_000), fixture.grant(1_000), fixture.grant(1_000)]).toEqual([1, 2, 3]);
    fixture.do({ kind: 'revokeLease', lease: 3 });
    expect(fixture.grant(1_000)).toBe(4);
  });

  it('takes its keys with it when its time is over, in one revision, and no others', () => {
    const lease = fixture.grant(5_000);
    fixture.putWith(lease, '/b', '/a');
    fixture.put('/c');
    const before = fixture.store.revision;
    expect(fixture.at(4_999).noop()).toEqual([]);
    expect(fixture.at(5_000).noop()).toEqual(['a', 'b']);
    expect(fixture.keys()).toEqual(['/c']);
    expect(fixture.leases()).toEqual([]);
    expect(fixture.store.revision).toBe(before + 1);
    expect(fixture.get('/a', before).entry).toMatchObject({ lease });
  });

  it('stands until an entry of the leader ends it, whatever the time of other entries says', () => {
    const lease = fixture.grant(5_000);
    fixture.putWith(lease, '/a');
    fixture.at(60_000).put('/b');
    expect(fixture.keys()).toEqual(['/a', '/b']);
    expect(fixture.do({ kind: 'keepLease', lease })).toEqual({ kind: 'keepLease', ttlMs: 5_000 });
    expect(fixture.at(64_999).noop()).toEqual([]);
    expect(fixture.at(65_000).noop()).toEqual(['a']);
  });

  it('has its full time again when it is kept alive', () => {
    const lease = fixture.grant(5_000);
    fixture.putWith(lease, '/a');
    fixture.at(4_000).do({ kind: 'keepLease', lease });
    expect(fixture.at(8_999).noop()).toEqual([]);
    expect(fixture.at(9_000).noop()).toEqual(['a']);
  });

  it('has its full time again under a new leader', () => {
    const lease = fixture.grant(5_000);
    fixture.putWith(lease, '/a');
    fixture.at(4_000).newLeader();
    expect(fixture.at(5_000).noop()).toEqual([]);
    expect(fixture.at(8_999).noop()).toEqual([]);
    expect(fixture.at(9_000).noop()).toEqual(['a']);
  });

  it('is not prolonged by a leader that goes on', () => {
    const lease = fixture.grant(5_000);
    fixture.putWith(lease, '/a');
    fixture.newLeader();
    fixture.at(4_000).noop();
    expect(fixture.at(5_000).noop()).toEqual(['a']);
  });

  it('goes with its keys when it is revoked', () => {
    const lease = fixture.grant(5_000);
    fixture.putWith(lease, '/a', '/b');
    const { revision } = fixture.store;
    const result = fixture.do({ kind: 'revokeLease', lease });
    expect(result).toEqual({ kind: 'revokeLease', revision: revision + 1, deleted: 2 });
    expect(fixture.keys()).toEqual([]);
    expect(fixture.tables.range(leasesTable, { limit: 1 })).toEqual([]);
    expect(fixture.tables.range(leaseKeysTable, { limit: 1 })).toEqual([]);
    expect(fixture.tables.range(leaseExpiryTable, { limit: 1 })).toEqual([]);
  });

  it('that has no keys goes without a revision', () => {
    const lease = fixture.grant(5_000);
    expect(fixture.do({ kind: 'revokeLease', lease })).toEqual({ kind: 'revokeLease', revision: 0, deleted: 0 });
    fixture.grant(5_000);
    expect(fixture.at(5_000).noop()).toEqual([]);
    expect([fixture.store.revision, fixture.leases()]).toEqual([0, []]);
  });

  it('keeps a key only while the key was last put with it', () => {
    const [one, other] = [fixture.grant(5_000), fixture.grant(9_000)];
    fixture.putWith(one, '/moved', '/freed', '/deleted', '/again');
    fixture.putWith(other, '/moved');
    fixture.put('/freed');
    fixture.delete('/deleted');
    fixture.putWith(one, '/again');
    const { leases } = fixture.ask({ kind: 'leases', after: 0, limit: 10 });
    expect(leases.map(({ keyCount }) => keyCount)).toEqual([1, 1]);
    expect(fixture.at(5_000).noop()).toEqual(['again']);
    expect(fixture.at(9_000).noop()).toEqual(['moved']);
    expect(fixture.keys()).toEqual(['/freed']);
  });

  it('is compared by transactions, and given to what they put', () => {
    const lease = fixture.grant(5_000);
    const then = [{ kind: 'put', key: '/a', value: bytesOf('x'), lease }] as const;
    const compare = [{ target: 'lease', keys: { key: '/a' }, operator: '=', operand: 0 }] as const;
    expect(fixture.do({ kind: 'txn', compare, then, else: [] })).toMatchObject({ succeeded: true });
    expect(fixture.do({ kind: 'txn', compare, then, else: [] })).toMatchObject({ succeeded: false });
    expect(fixture.at(5_000).noop()).toEqual(['a']);
  });

  it('is told to be due when it is the first that ends', () => {
    expect(fixture.store.dueAtLogTimeMs).toBeNull();
    const lease = fixture.at(1_000).grant(5_000);
    fixture.grant(9_000);
    expect(fixture.store.dueAtLogTimeMs).toBe(6_000);
    fixture.put('/other');
    expect(fixture.store.dueAtLogTimeMs).toBe(6_000);
    fixture.at(4_000).do({ kind: 'keepLease', lease });
    expect(fixture.store.dueAtLogTimeMs).toBe(9_000);
    fixture.at(9_000).noop();
    expect(fixture.store.dueAtLogTimeMs).toBe(10_000);
    fixture.at(10_000).noop();
    expect(fixture.store.dueAtLogTimeMs).toBeNull();
  });

  it('that is due when a new leader has prolonged it is looked at, and due at its new time', () => {
    fixture.grant(5_000);
    fixture.at(4_000).newLeader();
    expect(fixture.store.dueAtLogTimeMs).toBe(5_000);
    fixture.at(5_000).noop();
    expect(fixture.store.dueAtLogTimeMs).toBe(9_000);
  });
});

describe('many leases that end at once', () => {
  it('go as many at a time as have no more keys together than one may', () => {
    const leases = Array.from({ length: 3 }, () => fixture.grant(5_000));
    for (const lease of leases) {
      for (let at = 0; at < MAX_LEASE_KEYS / 2; at += 1) fixture.putWith(lease, `/${lease}/${at}`);
    }
    fixture.at(5_000);
    expect(fixture.noop()).toHaveLength(MAX_LEASE_KEYS);
    expect(fixture.store.dueAtLogTimeMs).toBe(5_000);
    expect(fixture.noop()).toHaveLength(MAX_LEASE_KEYS / 2);
    expect(fixture.leases()).toEqual([]);
  });
});

describe('what is wrong with a lease', () => {
  const value = bytesOf('x');

  it('an id that was never given is unknown, one that was is expired', () => {
    const lease = fixture.grant(1_000);
    const commands = (id: number): readonly Write[] => [
      { kind: 'keepLease', lease: id },
      { kind: 'revokeLease', lease: id },
      { kind: 'put', key: '/a', value, lease: id },
      {
        kind: 'txn',
        compare: [],
        then: [{ kind: 'put', key: '/a', value, lease: id }],
        else: [],
      },
    ];
    for (const command of commands(2)) {
      expect(errorOf(fixture.do(command))).toMatchObject({ code: 'UnknownLease', details: { lease: '2' } });
    }
    fixture.at(1_000).noop();
    for (const command of commands(lease)) {
      expect(errorOf(fixture.do(command))).toMatchObject({ code: 'LeaseExpired', details: { lease: '1' } });
    }
    expect(fixture.keys()).toEqual([]);
  });

  it("another's is neither kept alive nor revoked", () => {
    const lease = fixture.grant(5_000, 'me');
    fixture.at(4_000);
    for (const owner of [{}, { owner: 'you' }]) {
      for (const kind of ['keepLease', 'revokeLease'] as const) {
        expect(errorOf(fixture.do({ kind, lease, ...owner }))).toMatchObject({
          code: 'LeaseOfAnother',
          details: { lease: '1', owner: 'me' },
        });
      }
    }
    expect(fixture.do({ kind: 'keepLease', lease, owner: 'me' })).toMatchObject({ kind: 'keepLease' });
    expect(fixture.do({ kind: 'revokeLease', lease, owner: 'me' })).toMatchObject({ kind: 'revokeLease' });
  });

  it.each([
    [{ kind: 'grantLease', ttlMs: 999 } as const],
    [{ kind: 'grantLease', ttlMs: 1_000.5 } as const],
    [{ kind: 'grantLease', ttlMs: 86_400_001 } as const],
    [{ kind: 'grantLease', ttlMs: 1_000, owner: '' } as const],
    [{ kind: 'grantLease', ttlMs: 1_000, owner: 'a\nb' } as const],
    [{ kind: 'grantLease', ttlMs: 1_000, owner: 'x'.repeat(129) } as const],
    [{ kind: 'keepLease', lease: 0 } as const],
    [{ kind: 'revokeLease', lease: 1.5 } as const],
    [{ kind: 'put', key: '/a', value, lease: 0 } as const],
  ])('%j is refused', (command) => {
    expect(errorOf(fixture.do(command))).toMatchObject({ code: 'InvalidLease' });
  });

  it('has no more keys than one transaction removes, counted over all that one changes', () => {
    const lease = fixture.grant(5_000);
    for (let at = 0; at < MAX_LEASE_KEYS - 1; at += 1) fixture.putWith(lease, `/${at}`);
    const putTwo = { kind: 'txn', compare: [], else: [] } as const;
    const put = (key: string, of?: number) =>
      ({ kind: 'put', key, value, ...(of === undefined ? {} : { lease: of }) }) as const;
    expect(errorOf(fixture.do({ ...putTwo, then: [put('/x', lease), put('/y', lease)] }))).toMatchObject({
      code: 'LeaseFull',
      details: { lease: '1', actual: MAX_LEASE_KEYS + 1, limit: MAX_LEASE_KEYS },
    });
    expect(fixture.do({ ...putTwo, then: [put('/x', lease), put('/0', lease)] })).toMatchObject({ kind: 'txn' });
    expect(fixture.do({ ...putTwo, then: [put('/y', lease), put('/x')] })).toMatchObject({ kind: 'txn' });
    expect(errorOf(fixture.do(put('/z', lease)))).toMatchObject({ code: 'LeaseFull' });
    expect(fixture.at(5_000).noop()).toHaveLength(MAX_LEASE_KEYS);
  });

  it('there are only so many', () => {
    for (let at = 0; at < MAX_LEASES; at += 1) fixture.grant(5_000);
    expect(errorOf(fixture.do({ kind: 'grantLease', ttlMs: 5_000 }))).toMatchObject({
      code: 'TooManyLeases',
      details: { limit: MAX_LEASES },
    });
    fixture.do({ kind: 'revokeLease', lease: 17 });
    expect(fixture.grant(5_000)).toBe(MAX_LEASES + 1);
  });
});

describe('leases', () => {
  it('are listed page by page, with what is known of each', () => {
    fixture.grant(5_000, 'me');
    fixture.grant(6_000);
    fixture.grant(7_000);
    fixture.putWith(1, '/a', '/b');
    const first = fixture.ask({ kind: 'leases', after: 0, limit: 2 });
    expect(first).toMatchObject({ more: true, leases: [{ lease: 1 }, { lease: 2 }] });
    expect(first.leases[0]).toMatchObject({ ttlMs: 5_000, owner: 'me', keyCount: 2 });
    expect(fixture.ask({ kind: 'leases', after: 2, limit: 2 })).toMatchObject({ more: false, leases: [{ lease: 3 }] });
  });
});
