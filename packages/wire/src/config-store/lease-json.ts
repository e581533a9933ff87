import type { Lease } from '@quorate/config-store';
import { timestampText } from './timestamp-text.ts';

/** A lease as JSON. */
export interface LeaseJson {
  readonly lease: string;
  readonly ttlMs: number;
  readonly owner: string | null;
  /** RFC 3339, with microseconds. */
  readonly grantedAt: string;
  readonly keptAt: string;
  readonly keyCount: number;
}

/** A lease as JSON: numbers of 64 bits are texts. */
export const leaseToJson = ({ lease, ttlMs, owner, grantedAtUs, keptAtUs, keyCount }: Lease): LeaseJson => ({
  lease: String(lease),
  ttlMs,
  owner,
  grantedAt: timestampText(grantedAtUs),
  keptAt: timestampText(keptAtUs),
  keyCount,
});
