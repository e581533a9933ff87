import { beforeEach, describe, expect, it } from 'vitest';
import {
  type BoundWrite,
  type Command,
  ConfigStore,
  type ErrorData,
  MAX_SCHEMA_BYTES,
  MAX_SCHEMAS,
  type Schema,
  type SetSchemaCommand,
} from '../src/index.ts';
import { bytesOf, jsonCodec } from './json-codec.ts';
import { StoreFixture } from './store-fixture.ts';

let fixture: StoreFixture;
beforeEach(() => {
  fixture = new StoreFixture();
});

const errorOf = (result: unknown): ErrorData | null =>
  typeof result === 'object' && result !== null && 'error' in result ? (result.error as ErrorData) : null;

/** Sets a schema as a node proposes it that has looked at all there is now. */
const set = (prefix: string, schema = '{}', checkedRevision = fixture.store.revision): SetSchemaCommand => ({
  kind: 'setSchema',
  prefix,
  schema,
  checkedRevision,
});

const put = (key: string, passedSchemas?: number): BoundWrite => ({
  kind: 'put',
  key,
  value: bytesOf('v'),
  ...(passedSchemas === undefined ? {} : { passedSchemas }),
});

const schemas = (prefix: string | null = null): readonly Schema[] => fixture.ask({ kind: 'schemas', prefix }).schemas;

describe('a schema', () => {
  it('has the index of the entry that set it for its version, and is shown as it was set', () => {
    expect(fixture.run(set('/a/', '{"type":"integer"}'))).toEqual({ kind: 'setSchema', schemaRevision: 1 });
    fixture.put('/b/1');
    expect(fixture.run(set('/a/', '{"type":"string"}'))).toEqual({ kind: 'setSchema', schemaRevision: 3 });
    fixture.run(set('', 'true'));
    expect(schemas()).toEqual([
      { prefix: '', schemaRevision: 4, bytes: 4, schema: null },
      { prefix: '/a/', schemaRevision: 3, bytes: 17, schema: null },
    ]);
    expect(schemas('/a/')).toEqual([{ prefix: '/a/', schemaRevision: 3, bytes: 17, schema: '{"type":"string"}' }]);
    expect(schemas('/a')).toEqual([]);
    // It is no change of a key.
    expect(fixture.store.revision).toBe(1);
  });

  it('refuses what was not checked with it, or with an earlier one, and nothing else', () => {
    fixture.run(set('/a/'));
    expect(errorOf(fixture.run(put('/a/1')))).toMatchObject({
      code: 'SchemaChanged',
      details: { prefix: '/a/', schemaRevision: '1' },
    });
    expect(fixture.run(put('/a/1', 1))).toMatchObject({ kind: 'put' });
    expect(fixture.run(put('/b'))).toMatchObject({ kind: 'put' });
    const { schemaRevision } = fixture.run(set('/a/')) as { readonly schemaRevision: number };
    expect(errorOf(fixture.run(put('/a/1', schemaRevision - 1)))).toMatchObject({ code: 'SchemaChanged' });
    expect(fixture.run(put('/a/1', schemaRevision))).toMatchObject({ kind: 'put' });
    expect(fixture.delete('/a/1')).toMatchObject({ deleted: true });
    fixture.run({ kind: 'deleteSchema', prefix: '/a/' });
    expect(fixture.run(put('/a/1'))).toMatchObject({ kind: 'put' });
  });

  it('holds with all others whose prefix a key begins with', () => {
    fixture.run(set('/a/'));
    fixture.run(set('/a/b/'));
    expect(fixture.run(put('/a/1', 1))).toMatchObject({ kind: 'put' });
    expect(errorOf(fixture.run(put('/a/b/1', 1)))).toMatchObject({ details: { prefix: '/a/b/' } });
    expect(fixture.run(put('/a/b/1', 2))).toMatchObject({ kind: 'put' });
  });

  it('is asked of all that a transaction may put, however deep, and on the way that it does not take', () => {
    fixture.run(set('/a/'));
    const inner = { kind: 'txn', compare: [], then: [], else: [put('/a/1')] };
    const outer = { kind: 'txn', compare: [], then: [put('/b'), inner], else: [] } as unknown as BoundWrite;
    expect(errorOf(fixture.run(outer))).toMatchObject({ code: 'SchemaChanged' });
    expect(fixture.get('/b').entry).toBeNull();
    expect(fixture.run({ ...outer, passedSchemas: 1 })).toMatchObject({ kind: 'txn' });
  });

  it('does not have its refusal kept in a session: checked again the same write is done, once', () => {
    fixture.run({ kind: 'openSession', ttlMs: 60_000 });
    fixture.run(set('/a/'));
    const write = { ...put('/a/1'), inSession: { session: 1, sequence: 1, floor: 0 } };
    expect(errorOf(fixture.run(write))).toMatchObject({ code: 'SchemaChanged' });
    const done = fixture.run({ ...write, passedSchemas: 2 });
    expect(done).toMatchObject({ kind: 'put', revision: 1 });
    // It was done: what the schema is by now is no matter for the copy.
    fixture.run(set('/a/'));
    expect(fixture.run(write)).toEqual(done);
    expect(fixture.store.revision).toBe(1);
  });

  it('is known by a store that has only its tables', () => {
    fixture.run(set('/a/'));
    const again = new ConfigStore({ tables: fixture.tables, codec: jsonCodec, stream: 'main.config' });
    again.apply([fixture.entry({ kind: 'openSession', ttlMs: 60_000 })]);
    const [applied] = again.apply([fixture.entry(put('/a/1'))]);
    expect(errorOf(JSON.parse(Buffer.from(applied?.result ?? []).toString()))).toMatchObject({ code: 'SchemaChanged' });
    expect([...again.schemas.keys()]).toEqual(['/a/']);
    expect(again.schemas).toBe(again.schemas);
  });

  it.each([
    [{ ...set0('/a\n') }, 'InvalidKey'],
    [{ ...set0('/a/'), schema: 'x'.repeat(MAX_SCHEMA_BYTES + 1) }, 'InvalidSchema'],
    [{ ...set0('/a/'), schema: 5 } as unknown as Command, 'InvalidCommand'],
    [{ ...set0('/a/'), checkedRevision: -1 }, 'InvalidRevision'],
    [put('/a/1', 0), 'InvalidCommand'],
    [put('/a/1', 1.5), 'InvalidCommand'],
  ])('%# is refused: %s', (command, code) => {
    expect(errorOf(fixture.run(command))).toMatchObject({ code });
  });

  it('is one of so many', () => {
    for (let at = 0; at < MAX_SCHEMAS; at += 1) fixture.run(set(`/${at}/`));
    expect(errorOf(fixture.run(set('/one-more/')))).toMatchObject({ code: 'TooManySchemas' });
    expect(fixture.run(set('/0/'))).toMatchObject({ kind: 'setSchema' });
  });
});

function set0(prefix: string): SetSchemaCommand {
  return { kind: 'setSchema', prefix, schema: '{}', checkedRevision: 0 };
}

describe('a schema over keys that exist', () => {
  it('is refused if a key below its prefix was put after they were checked, and set otherwise', () => {
    fixture.put('/a/1');
    const checked = fixture.store.revision;
    fixture.put('/b/1');
    fixture.delete('/a/1');
    expect(fixture.run(set('/a/', '{}', checked))).toMatchObject({ kind: 'setSchema' });
    fixture.run(put('/a/2', 4));
    expect(errorOf(fixture.run(set('/a/', 'true', checked)))).toMatchObject({
      code: 'KeysChanged',
      details: { prefix: '/a/', checkedRevision: String(checked) },
    });
    expect(schemas('/a/')).toMatchObject([{ schema: '{}' }]);
    expect(errorOf(fixture.run({ ...set('/a/'), checkedRevision: null }))).toMatchObject({ code: 'KeysChanged' });
    expect(fixture.run(set('/a/', 'true'))).toMatchObject({ kind: 'setSchema' });
  });

  it('does not have its refusal kept in a session: looked at again it is set', () => {
    fixture.run({ kind: 'openSession', ttlMs: 60_000 });
    fixture.put('/a/1');
    const inSession = { session: 1, sequence: 1, floor: 0 };
    expect(errorOf(fixture.run({ ...set('/a/', '{}', 0), inSession }))).toMatchObject({ code: 'KeysChanged' });
    expect(fixture.run({ ...set('/a/', '{}', 1), inSession })).toMatchObject({ kind: 'setSchema' });
  });

  it('is refused if nobody knows any more what was put since', () => {
    fixture.put('/a/1');
    for (let at = 0; at < 20; at += 1) fixture.put('/b');
    fixture.run({ kind: 'compact', revision: 10 });
    expect(errorOf(fixture.run(set('/a/', '{}', 5)))).toMatchObject({ code: 'KeysChanged' });
    expect(fixture.run(set('/a/', '{}', 12))).toMatchObject({ kind: 'setSchema' });
  });

  it('looks at all that was put since, also where that is more than is read at once', () => {
    for (let at = 0; at < 100; at += 1) fixture.put('/b');
    fixture.put('/a/1');
    for (let at = 0; at < 100; at += 1) fixture.put('/b');
    expect(errorOf(fixture.run(set('/a/', '{}', 0)))).toMatchObject({ code: 'KeysChanged' });
    expect(fixture.run(set('/a/', '{}', 101))).toMatchObject({ kind: 'setSchema' });
  });
});
