import type { Schema as StoredSchema } from '@quorate/config-store';
import type { CallOptions, NodeOptions, ReadOptions, TransactionOptions } from '../options.ts';
import type { PartAccess } from '../part-access.ts';
import { resultIn } from '../reply-body.ts';
import type { SchemaInfo, Schemas } from './schemas.ts';

/** The schemas of a group. */
export class SchemasClient implements Schemas {
  readonly #access: PartAccess<'schemas'>;

  constructor(access: PartAccess<'schemas'>) {
    this.#access = access;
  }

  async set(
    prefix: string,
    schema: object | boolean | string,
    options: TransactionOptions = {},
  ): Promise<{ readonly schemaRevision: bigint }> {
    const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
    const command = { kind: 'setSchema', prefix, schema: text, checkedRevision: null } as const;
    const { schemaRevision } = resultIn(await this.#access.writes.write(command, options), 'setSchema');
    return { schemaRevision: BigInt(schemaRevision) };
  }

  async delete(prefix: string, options: TransactionOptions = {}): Promise<{ readonly deleted: boolean }> {
    const body = await this.#access.writes.write({ kind: 'deleteSchema', prefix }, options);
    return { deleted: resultIn(body, 'deleteSchema').deleted };
  }

  async get(
    prefix: string,
    options: CallOptions & NodeOptions & ReadOptions = {},
  ): Promise<(SchemaInfo & { readonly schema: string }) | null> {
    const [found] = (await this.#access.read({ kind: 'schemas', prefix }, options)).schemas;
    return found === undefined ? null : { ...infoOf(found), schema: found.schema ?? '' };
  }

  async list(options: CallOptions & NodeOptions & ReadOptions = {}): Promise<readonly SchemaInfo[]> {
    return (await this.#access.read({ kind: 'schemas', prefix: null }, options)).schemas.map(infoOf);
  }
}

const infoOf = ({ prefix, schemaRevision, bytes }: StoredSchema): SchemaInfo => ({
  prefix,
  schemaRevision: BigInt(schemaRevision),
  bytes,
});
