import { invariant, type LogEntry } from '@quorate/raft';
import { keyBefore, type StagedChange, stagedDelete } from '../history/staged-change.ts';
import type { Outcome } from '../outcome.ts';
import type { StateHash } from '../state-hash/state-hash.ts';
import { keysTable } from '../tables/keys-table.ts';
import { type LeaseCheck, leaseExpiryTable } from '../tables/lease-expiry-table.ts';
import { leaseKeysTable } from '../tables/lease-keys-table.ts';
import { type LeaseTotalsRow, leaseTotalsTable, noLeases } from '../tables/lease-totals-table.ts';
import { type LeaseRow, leasesTable } from '../tables/leases-table.ts';
import type { TablesWriter } from '../tables/tables.ts';
import { LeaseExpired, LeaseFull, LeaseOfAnother, TooManyLeases, UnknownLease } from './errors.ts';
import type { GrantLeaseCommand, KeepLeaseCommand, LeaseCommand, RevokeLeaseCommand } from './lease-commands.ts';
import { MAX_LEASE_KEYS, MAX_LEASES } from './limits.ts';

/** So many leases are looked at by one entry at most: no other entry waits long for it. */
const checkedByEntry = 256;

/**
 * The leases while entries are applied. They are rows of the state machine and nowhere else, and so in every snapshot: a new leader knows them all. A lease stands until
 * an entry ends it, and that is a no-op of a leader's whose log time says that the lease's time is over. No clock of this node's has a say, so that all nodes have the
 * same leases; and what a holder says in time is never overtaken by what nobody has decided yet.
 */
export class Leases {
  readonly #writer: TablesWriter;
  readonly #hash: StateHash;
  #isTouched = false;

  /** `hash` takes whatever is done to a lease. */
  constructor(writer: TablesWriter, hash: StateHash) {
    this.#writer = writer;
    this.#hash = hash;
  }

  /** Whether something was done with a lease. */
  get isTouched(): boolean {
    return this.#isTouched;
  }

  /** @throws {UnknownLease | LeaseExpired | LeaseOfAnother | TooManyLeases} */
  run(command: LeaseCommand, entry: LogEntry): Outcome {
    switch (command.kind) {
      case 'grantLease':
        return { result: { kind: 'grantLease', lease: this.#grant(command, entry) }, changes: [] };
      case 'keepLease':
        return { result: { kind: 'keepLease', ttlMs: this.#keep(command, entry) }, changes: [] };
      case 'revokeLease':
        return this.#revoke(command);
      default:
        return command satisfies never;
    }
  }

  /** Whether keys may go with the leases that they are about to be put with. @throws {UnknownLease | LeaseExpired | LeaseFull} */
  checkChanges(changes: readonly StagedChange[]): void {
    const comings = new Map<number, number>();
    for (const { before, after } of changes) {
      const lease = after?.lease ?? null;
      if (lease !== null) comings.set(lease, (comings.get(lease) ?? 0) + (before?.lease === lease ? 0 : 1));
    }
    for (const [lease, coming] of comings) {
      const goings = changes.filter(({ before, after }) => before?.lease === lease && after?.lease !== lease).length;
      const actual = this.#find(lease).keyCount + coming - goings;
      if (actual > MAX_LEASE_KEYS) throw new LeaseFull({ lease: String(lease), actual, limit: MAX_LEASE_KEYS });
    }
  }

  /** Keys were changed: which go with which lease. Those of a lease that has ended meanwhile are no concern of it. */
  changed(changes: readonly StagedChange[]): void {
    for (const { key, before, after } of changes) {
      const from = before?.lease ?? null;
      const to = after?.lease ?? null;
      if (from === to) continue;
      if (from !== null) this.#detach(from, key);
      if (to !== null) this.#attach(to, key);
    }
  }

  /** A leader has taken office: nobody could keep a lease alive while there was none, and the one before may have died with what it was told. So each has its full time again. */
  leaderChanged(entry: LogEntry): void {
    const totals = this.#totals;
    if (totals.count > 0) this.#setTotals({ ...totals, inOfficeSinceMs: entry.logTimeMs });
  }

  /** Ends the leases whose time is over by an entry's log time, as many as may go at once: their keys go with them. */
  expire({ logTimeMs }: LogEntry): readonly StagedChange[] {
    const changes: StagedChange[] = [];
    const due = this.#writer.range(leaseExpiryTable, { to: { atMs: logTimeMs + 1, lease: 0 }, limit: checkedByEntry });
    for (const { key: check } of due) {
      const row = this.#rowOf(check);
      const endsAtMs = this.#endOf(row);
      if (endsAtMs > logTimeMs) {
        this.#put(check.lease, row, { ...row, checkedAtMs: endsAtMs });
        continue;
      }
      if (changes.length > 0 && changes.length + row.keyCount > MAX_LEASE_KEYS) break;
      changes.push(...this.#end(check.lease, row));
    }
    return changes;
  }

  #grant({ ttlMs, owner }: GrantLeaseCommand, { logTimeMs, timestampUs }: LogEntry): number {
    const totals = this.#totals;
    if (totals.count >= MAX_LEASES) throw new TooManyLeases({ limit: MAX_LEASES });
    const lease = totals.granted + 1;
    this.#setTotals({ ...totals, granted: lease, count: totals.count + 1 });
    this.#put(lease, null, {
      ttlMs,
      owner: owner ?? null,
      heardAtMs: logTimeMs,
      checkedAtMs: logTimeMs + ttlMs,
      grantedAtUs: timestampUs,
      keptAtUs: timestampUs,
      keyCount: 0,
    });
    return lease;
  }

  #keep({ lease, owner }: KeepLeaseCommand, { logTimeMs, timestampUs }: LogEntry): number {
    const row = this.#ownedBy(lease, owner);
    const { ttlMs } = row;
    this.#put(lease, row, {
      ...row,
      heardAtMs: logTimeMs,
      checkedAtMs: logTimeMs + ttlMs,
      keptAtUs: timestampUs,
    });
    return ttlMs;
  }

  #revoke({ lease, owner }: RevokeLeaseCommand): Outcome {
    const changes = this.#end(lease, this.#ownedBy(lease, owner));
    const revision = this.#writer.progress.revision + (changes.length > 0 ? 1 : 0);
    return { result: { kind: 'revokeLease', revision, deleted: changes.length }, changes };
  }

  /** The lease goes; that its keys do is left to the caller. */
  #end(lease: number, row: LeaseRow): readonly StagedChange[] {
    const keys = this.#writer.range(leaseKeysTable, {
      from: { lease, key: '' },
      to: { lease: lease + 1, key: '' },
      limit: MAX_LEASE_KEYS,
    });
    invariant(keys.length === row.keyCount, () => `lease ${lease} has ${keys.length} keys, not ${row.keyCount}`);
    const changes = keys.map(({ key: { key } }) => {
      const standing = this.#writer.get(keysTable, key);
      invariant(standing?.lease === lease, () => `${key} is said to go with lease ${lease}, and does not`);
      this.#writer.delete(leaseKeysTable, { lease, key });
      return stagedDelete(key, keyBefore(standing));
    });
    this.#writer.delete(leasesTable, lease);
    this.#hash.counter(lease);
    this.#writer.delete(leaseExpiryTable, { atMs: row.checkedAtMs, lease });
    const totals = this.#totals;
    this.#setTotals({ ...totals, count: totals.count - 1 });
    return changes;
  }

  /** @throws {UnknownLease | LeaseExpired | LeaseOfAnother} */
  #ownedBy(lease: number, given: string | undefined): LeaseRow {
    const row = this.#find(lease);
    const { owner } = row;
    if (owner === null || owner === given) return row;
    throw new LeaseOfAnother({ lease: String(lease), owner, given: given ?? null });
  }

  /** @throws {UnknownLease | LeaseExpired} */
  #find(lease: number): LeaseRow {
    const row = this.#writer.get(leasesTable, lease);
    if (row !== null) return row;
    const details = { lease: String(lease) };
    throw lease > this.#totals.granted ? new UnknownLease(details) : new LeaseExpired(details);
  }

  #endOf({ heardAtMs, ttlMs }: LeaseRow): number {
    return Math.max(heardAtMs, this.#totals.inOfficeSinceMs) + ttlMs;
  }

  #rowOf({ lease }: LeaseCheck): LeaseRow {
    const row = this.#writer.get(leasesTable, lease);
    invariant(row !== null, () => `lease ${lease} is to be looked at, and there is none`);
    return row;
  }

  #attach(lease: number, key: string): void {
    const row = this.#find(lease);
    this.#writer.put(leaseKeysTable, { lease, key }, true);
    this.#put(lease, row, { ...row, keyCount: row.keyCount + 1 });
  }

  #detach(lease: number, key: string): void {
    const row = this.#writer.get(leasesTable, lease);
    if (row === null) return;
    this.#writer.delete(leaseKeysTable, { lease, key });
    this.#put(lease, row, { ...row, keyCount: row.keyCount - 1 });
  }

  #put(lease: number, before: LeaseRow | null, row: LeaseRow): void {
    this.#isTouched = true;
    this.#writer.put(leasesTable, lease, row);
    const { checkedAtMs: atMs } = row;
    for (const counter of [lease, row.ttlMs, row.heardAtMs, atMs, row.keyCount]) this.#hash.counter(counter);
    this.#hash.text(row.owner ?? '');
    if (before?.checkedAtMs === atMs) return;
    if (before !== null) this.#writer.delete(leaseExpiryTable, { atMs: before.checkedAtMs, lease });
    this.#writer.put(leaseExpiryTable, { atMs, lease }, true);
  }

  get #totals(): LeaseTotalsRow {
    return this.#writer.get(leaseTotalsTable, null) ?? noLeases;
  }

  #setTotals(totals: LeaseTotalsRow): void {
    this.#isTouched = true;
    this.#writer.put(leaseTotalsTable, null, totals);
    for (const counter of [totals.granted, totals.count, totals.inOfficeSinceMs]) this.#hash.counter(counter);
  }
}
