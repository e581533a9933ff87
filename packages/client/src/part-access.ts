import type { Query, QueryAnswer } from '@quorate/config-store';
import type { CallOptions, NodeOptions, ReadOptions } from './options.ts';
import type { Writes } from './writes.ts';

/** By what a part of the store asks for its own: it writes, and reads by queries of one kind. */
export interface PartAccess<Kind extends Query['kind']> {
  readonly writes: Writes;
  readonly read: (
    query: Query & { readonly kind: Kind },
    options: CallOptions & NodeOptions & ReadOptions,
  ) => Promise<Extract<QueryAnswer, { kind: Kind }>>;
}
