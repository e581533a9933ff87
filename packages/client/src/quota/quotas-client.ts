import type { CallOptions, NodeOptions, ReadOptions, TransactionOptions } from '../options.ts';
import type { PartAccess } from '../part-access.ts';
import { resultIn } from '../reply-body.ts';
import type { Quota, QuotaLimits, Quotas, SetQuotaOptions } from './quotas.ts';

/** The quotas of a group. */
export class QuotasClient implements Quotas {
  readonly #access: PartAccess<'quotas'>;

  constructor(access: PartAccess<'quotas'>) {
    this.#access = access;
  }

  async set(prefix: string, limits: QuotaLimits, options: SetQuotaOptions = {}): Promise<Quota> {
    const { maxKeys = null, maxBytes = null } = limits;
    const command = { kind: 'setQuota', prefix, maxKeys, maxBytes } as const;
    // One command counts so much at most, so that no other waits long for it.
    for (;;) {
      const { keys, bytes, isCounted } = resultIn(await this.#access.writes.write(command, options), 'setQuota');
      if (isCounted) return { prefix, maxKeys, maxBytes, keys, bytes, isCounted };
      options.onProgress?.(keys);
    }
  }

  async delete(prefix: string, options: TransactionOptions = {}): Promise<{ readonly deleted: boolean }> {
    const body = await this.#access.writes.write({ kind: 'deleteQuota', prefix }, options);
    return { deleted: resultIn(body, 'deleteQuota').deleted };
  }

  async list(options: CallOptions & NodeOptions & ReadOptions = {}): Promise<readonly Quota[]> {
    return (await this.#access.read({ kind: 'quotas' }, options)).quotas;
  }
}
