import type {
  CommandResult,
  Fence,
  GrantLeaseCommand,
  KeepLeaseCommand,
  PutCommand,
  RevokeLeaseCommand,
  Transaction,
} from '@quorate/config-store';

/** A put that goes with a lease. */
export type LeasedPut = PutCommand & { readonly lease: number };

/** A put under a fence, two transactions deep. */
export interface FencedPut extends Transaction {
  readonly then: readonly [Transaction & { readonly then: readonly [PutCommand & { readonly fence: Fence }] }];
}

/** What holders of leases and locks write. */
export type LeaseWork = GrantLeaseCommand | KeepLeaseCommand | RevokeLeaseCommand | LeasedPut | FencedPut;

const noBytes = new Uint8Array(0);

/** A put of nothing that goes with a lease. */
export const leasedPut = (key: string, lease: number, ifRevision?: number): LeasedPut => {
  const put = { kind: 'put', key, value: noBytes, lease } as const;
  return ifRevision === undefined ? put : { ...put, ifRevision };
};

/** A put of nothing that is done only while a lock is held. */
export const fencedPut = (key: string, fence: Fence): FencedPut => ({
  kind: 'txn',
  compare: [],
  then: [{ kind: 'txn', compare: [], then: [{ kind: 'put', key, value: noBytes, fence }], else: [] }],
  else: [],
});

/** The key and the fence of a fenced put. */
export function fencedIn({ then: [{ then }] }: FencedPut): { readonly key: string; readonly fence: Fence } {
  return then[0];
}

/** A line of ASCII, beginning with a word that no other command begins with. */
export function leaseWorkText(work: LeaseWork): string {
  switch (work.kind) {
    case 'grantLease':
      return `grantLease\n${work.ttlMs}`;
    case 'keepLease':
    case 'revokeLease':
      return `${work.kind}\n${work.lease}`;
    case 'put':
      return `leasedPut\n${work.key}\n${work.lease}\n${work.ifRevision ?? ''}`;
    case 'txn': {
      const { key, fence } = fencedIn(work);
      return `fencedPut\n${key}\n${fence.lock}\n${fence.token}`;
    }
  }
}

/** Reads what `leaseWorkText` made; null if it is another command. */
export function leaseWorkIn(fields: readonly string[]): LeaseWork | null {
  const [kind, first = '', second = '', third = ''] = fields;
  switch (kind) {
    case 'grantLease':
      return { kind, ttlMs: Number(first) };
    case 'keepLease':
    case 'revokeLease':
      return { kind, lease: Number(first) };
    case 'leasedPut':
      return leasedPut(first, Number(second), third === '' ? undefined : Number(third));
    case 'fencedPut':
      return fencedPut(first, { lock: second, token: Number(third) });
    default:
      return null;
  }
}

/** The result of such work in a line; null if it is that of another command. */
export function leaseResultText(result: CommandResult): string | null {
  switch (result.kind) {
    case 'grantLease':
      return `grantLease\n${result.lease}`;
    case 'keepLease':
    case 'revokeLease':
      return `done\n0`;
    default:
      return null;
  }
}
