import {
  checkQuery,
  DEFAULT_PAGE_ENTRIES,
  type LeasesQuery,
  type QueryAnswer,
  type Lease as StoredLease,
} from '@quorate/config-store';
import { leaseNumber } from '../check-options.ts';
import type { GroupAccess } from '../group-access.ts';
import type { PartAccess } from '../part-access.ts';
import { resultIn } from '../reply-body.ts';
import { KeptLease } from './kept-lease.ts';
import type {
  GrantLeaseOptions,
  HeldLease,
  HoldLeaseOptions,
  Lease,
  LeaseOptions,
  LeaseOwner,
  Leases,
  ListLeasesOptions,
  RevokeLeaseResult,
} from './leases.ts';

const defaultTtlMs = 10_000;

/** What leases are asked for by. */
export type LeasesAccess = PartAccess<'leases'> & Pick<GroupAccess, 'clock' | 'lifetime'>;

/** The leases of a group. */
export class LeasesClient implements Leases {
  readonly #access: LeasesAccess;

  constructor(access: LeasesAccess) {
    this.#access = access;
  }

  async grant({ ttlMs, ...options }: GrantLeaseOptions): Promise<{ readonly lease: bigint }> {
    const body = await this.#access.writes.write({ kind: 'grantLease', ttlMs, ...ownerOf(options) }, options);
    return { lease: BigInt(resultIn(body, 'grantLease').lease) };
  }

  async keepAlive(lease: bigint, options: LeaseOptions = {}): Promise<{ readonly ttlMs: number }> {
    const command = { kind: 'keepLease', lease: leaseNumber(lease), ...ownerOf(options) } as const;
    const { ttlMs } = resultIn(await this.#access.writes.repeat(command, options), 'keepLease');
    return { ttlMs };
  }

  async revoke(lease: bigint, options: LeaseOptions = {}): Promise<RevokeLeaseResult> {
    const command = { kind: 'revokeLease', lease: leaseNumber(lease), ...ownerOf(options) } as const;
    const { revision, deleted } = resultIn(await this.#access.writes.write(command, options), 'revokeLease');
    return { revision: BigInt(revision), deleted };
  }

  list(options: ListLeasesOptions = {}): AsyncIterable<Lease> {
    const { read } = this.#access;
    const { pageLimit: limit = DEFAULT_PAGE_ENTRIES } = options;
    const first: LeasesQuery = { kind: 'leases', after: 0, limit };
    checkQuery(first);
    return { [Symbol.asyncIterator]: () => leasesFrom(first, (query) => read(query, options)) };
  }

  async hold({ ttlMs = defaultTtlMs, ...options }: HoldLeaseOptions = {}): Promise<HeldLease> {
    const { clock, lifetime } = this.#access;
    // An owner that nobody else draws: a holder that outlives its cluster, and meets another of the same name, keeps none of that one's leases alive.
    const { owner = Math.floor(clock.random() * Number.MAX_SAFE_INTEGER).toString(36) } = options;
    const askedAtMs = clock.now();
    const { lease } = await this.grant({ ...options, ttlMs, owner });
    return new KeptLease({
      lease,
      ttlMs,
      askedAtMs,
      clock,
      lifetime,
      keepAlive: (timeoutMs) => this.keepAlive(lease, { owner, timeoutMs }),
      revoke: () => this.revoke(lease, { owner }),
    });
  }
}

const ownerOf = ({ owner }: LeaseOwner): LeaseOwner => (owner === undefined ? {} : { owner });

async function* leasesFrom(
  first: LeasesQuery,
  readPage: (query: LeasesQuery) => Promise<QueryAnswer & { readonly kind: 'leases' }>,
): AsyncGenerator<Lease, undefined> {
  let query = first;
  for (;;) {
    const { leases, more } = await readPage(query);
    yield* leases.map(toLease);
    const last = leases.at(-1);
    if (!more || last === undefined) return;
    query = { ...query, after: last.lease };
  }
}

const toLease = ({ lease, grantedAtUs, keptAtUs, ...rest }: StoredLease): Lease => ({
  lease: BigInt(lease),
  ...rest,
  grantedAtUs: BigInt(grantedAtUs),
  keptAtUs: BigInt(keptAtUs),
});
