import type { LogEntry } from '@quorate/raft';
import { fencedIn, type LeaseWork } from '../workload/lease-work.ts';

interface LoggedLease {
  readonly ttlMs: number;
  endsAtMs: number;
}

interface LoggedKey {
  readonly createRevision: number;
  readonly modRevision: number;
  readonly lease: number;
}

/** Leases, locks and the keys that go with them, as the log alone has them, and said as plainly as possible: all are looked at whenever a leader tells the time. */
export class LoggedLeases {
  readonly #leases = new Map<number, LoggedLease>();
  readonly #keys = new Map<string, LoggedKey>();
  #granted = 0;
  #term = 0;

  /** Whether a no-op ends a lease that has keys; and a leader that has taken office gives each its full time. */
  told({ term, logTimeMs }: LogEntry): boolean {
    if (term > this.#term) for (const lease of this.#leases.values()) lease.endsAtMs = logTimeMs + lease.ttlMs;
    this.#term = term;
    const ended = [...this.#leases].filter(([, { endsAtMs }]) => endsAtMs <= logTimeMs);
    return this.#end(ended.map(([lease]) => lease));
  }

  /** Whether what a holder does changes a key; `revision` is that of the change, if it is one. */
  run(work: LeaseWork, { logTimeMs }: LogEntry, revision: number): boolean {
    switch (work.kind) {
      case 'grantLease':
        this.#granted += 1;
        this.#leases.set(this.#granted, { ttlMs: work.ttlMs, endsAtMs: logTimeMs + work.ttlMs });
        return false;
      case 'keepLease': {
        const lease = this.#leases.get(work.lease);
        if (lease !== undefined) lease.endsAtMs = logTimeMs + lease.ttlMs;
        return false;
      }
      case 'revokeLease':
        return this.#end(this.#leases.has(work.lease) ? [work.lease] : []);
      case 'put': {
        const { key, lease, ifRevision } = work;
        const before = this.#keys.get(key);
        if (!this.#leases.has(lease) || (ifRevision ?? before?.modRevision ?? 0) !== (before?.modRevision ?? 0))
          return false;
        this.#keys.set(key, { createRevision: before?.createRevision ?? revision, modRevision: revision, lease });
        return true;
      }
      case 'txn': {
        const { fence } = fencedIn(work);
        return this.#keys.get(fence.lock)?.createRevision === fence.token;
      }
    }
  }

  #end(ended: readonly number[]): boolean {
    for (const lease of ended) this.#leases.delete(lease);
    const doomed = [...this.#keys].filter(([, { lease }]) => ended.includes(lease));
    for (const [key] of doomed) this.#keys.delete(key);
    return doomed.length > 0;
  }
}
