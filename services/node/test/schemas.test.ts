import {
  type Command,
  ConfigStore,
  InvalidSchema,
  KeysDoNotMatch,
  MemoryTables,
  SchemaViolation,
  type TablesReader,
} from '@quorate/config-store';
import { type LogEntry, logIndex, term } from '@quorate/raft';
import { configStoreCodec, decodeCommand, encodeCommand } from '@quorate/wire';
import { describe, expect, it, test } from 'vitest';
import { compileSchema } from '../src/schemas/compile-schema.ts';
import { SchemaDesk } from '../src/schemas/schema-desk.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const violation = (schema: unknown, value: string): unknown =>
  compileSchema(JSON.stringify(schema)).violation(utf8(value));

const refusal = (schema: string): string => {
  try {
    compileSchema(schema);
  } catch (error) {
    if (error instanceof InvalidSchema) return error.message;
    throw error;
  }
  return 'it was taken';
};

describe('a value', () => {
  it.each([
    [{ type: 'integer' }, '8080'],
    [{ type: 'string' }, '"quoted"'],
    // A text that is no JSON is a text, and so is one that is meant to be none.
    [{ type: 'string' }, 'postgres://db'],
    [{ type: 'string', pattern: '^\\d+\\.\\d+$' }, '1.10'],
    [{ type: 'object', properties: { pool: { type: 'integer', minimum: 1 } } }, '{"pool":10}'],
    [{ $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'integer' }] }, '[1,"x"]'],
    [{ prefixItems: [{ type: 'integer' }] }, '[1,"x"]'],
    [{ $defs: { port: { type: 'integer' } }, items: { $ref: '#/$defs/port' } }, '[80,443]'],
    // What a format says is left to people.
    [{ format: 'uri' }, 'no uri'],
    [true, 'anything'],
  ])('that matches %j: %s', (schema, value) => {
    expect(violation(schema, value)).toBeNull();
  });

  it.each([
    [{ type: 'integer' }, '"8080"', '', 'must be integer'],
    [{ type: 'integer' }, 'eighty', '', 'must be integer'],
    [{ properties: { pool: { type: 'integer' } }, type: 'object' }, '{"pool":"ten"}', '/pool', 'must be integer'],
    [{ items: { required: ['a/b'] }, type: 'array' }, '[{"a/b":1},{}]', '/1', "must have required property 'a/b'"],
    [{ type: 'object', additionalProperties: false }, '{"url":1}', '', 'must NOT have additional properties: "url"'],
    [{ enum: ['blue', 'green'] }, 'red', '', 'must be equal to one of the allowed values: ["blue","green"]'],
    [{ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(40)}b`, '', 'must match pattern "^(a+)+$"'],
    [false, '1', '', 'boolean schema is false'],
  ])('that does not match %j: %s', (schema, value, path, reason) => {
    expect(violation(schema, value)).toEqual({ path, reason });
  });

  it('that is no UTF-8 matches none', () => {
    expect(compileSchema('true').violation(new Uint8Array([0xff]))).toEqual({ path: '', reason: 'is no UTF-8' });
  });
});

test('the same schema, and another with the same id, may be set again and again', () => {
  const schema = (type: string): string => JSON.stringify({ $id: 'urn:a', type, pattern: '^a' });
  for (const type of ['string', 'integer', 'string', 'nothing', 'string']) {
    if (type === 'nothing') expect(refusal(schema(type))).toContain('schema is invalid');
    else expect(compileSchema(schema(type)).violation(utf8('5'))?.path ?? null).toBe(type === 'string' ? '' : null);
  }
  const id = 'https://json-schema.org/draft/2020-12/schema';
  expect(compileSchema(JSON.stringify({ $id: id, type: 'integer' })).violation(utf8('5'))).toBeNull();
  expect(violation({ type: 'integer' }, 'five')).toEqual({ path: '', reason: 'must be integer' });
});

describe('what is no schema', () => {
  it.each([
    ['{"type":', 'it is no JSON'],
    ['5', 'it is neither an object nor true or false'],
    ['{"type":"integr"}', 'schema is invalid'],
    ['{"typ":"integer"}', 'unknown keyword: "typ"'],
    ['{"minimum":"1"}', 'schema is invalid'],
    ['{"$schema":"http://json-schema.org/draft-04/schema#"}', '2020-12 and draft-07 are known'],
    ['{"$ref":"#/nowhere"}', '#/nowhere leads nowhere'],
    ['{"$ref":"http://example.com/schema"}', 'may only refer to parts of itself'],
    ['{"pattern":"(?=x)"}', 'invalid'],
    ['{"pattern":"(a)\\\\1"}', 'invalid'],
  ])('%s: it says why', (schema, reason) => {
    expect(refusal(schema)).toContain(reason);
  });
});

describe('a schema cannot stall a node', () => {
  it.each([
    ['{"anyOf":[{"items":{"$ref":"#"}},{"items":{"$ref":"#"}}]}', '# refers to itself'],
    ['{"$defs":{"a":{"items":{"$ref":"#/$defs/b"}},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}', 'refers to itself'],
    ['{"$dynamicRef":"#x"}', '$dynamicRef is not taken'],
    ['{"items":{"$id":"urn:x"}}', '$id is not taken'],
    ['{"type":"array","uniqueItems":true}', 'uniqueItems takes maxItems beside it'],
    ['{"type":"array","uniqueItems":true,"maxItems":1000}', 'uniqueItems takes maxItems beside it'],
  ])('%s: refused, for it could take too long', (schema, reason) => {
    expect(refusal(schema)).toContain(reason);
  });

  it('by referring to so much so often that it would have no end', () => {
    const doubled = (level: number): object => ({
      allOf: [{ $ref: `#/$defs/${level}` }, { $ref: `#/$defs/${level}` }],
    });
    const levels = Array.from({ length: 40 }, (_, level) => [
      String(level),
      level === 0 ? { type: 'integer' } : doubled(level - 1),
    ]);
    const schema = JSON.stringify({ $defs: Object.fromEntries(levels), ...doubled(39) });
    expect(refusal(schema)).toContain('it is too much');
  });

  it('by a name that is a keyword elsewhere', () => {
    expect(refusal('{"properties":{"uniqueItems":true,"$id":{"type":"string"},"$ref":{"type":"string"}}}')).toBe(
      'it was taken',
    );
    expect(refusal('{"enum":[{"$ref":"#","uniqueItems":true}]}')).toBe('it was taken');
  });

  it.each([['^(a+)+$'], ['^(a|a)*$'], ['(.*)*x'], ['^(([a-z])+.)+[A-Z]([a-z])+$']])(
    'by the pattern %s, which JavaScript would look for until the sun goes out',
    (pattern) => {
      // Half a million letters: it ends at all.
      const value = `${'a'.repeat(500_000)}!`;
      expect(violation({ type: 'string', pattern }, value)).toEqual({
        path: '',
        reason: `must match pattern "${pattern}"`,
      });
    },
  );
});

/** A store with a desk before it, as a node has them. */
class Desk {
  readonly tables = new MemoryTables();
  readonly store = new ConfigStore({ tables: this.tables, codec: configStoreCodec, stream: 'main.config' });
  /** By the desk. */
  rowsRead = 0;
  readonly desk = new SchemaDesk({
    tables: countingRows(this.tables, (rows) => {
      this.rowsRead += rows;
    }),
    schemas: () => this.store.schemas,
  });

  /** Proposes a command as a node does, and applies it. */
  async write(command: Command): Promise<void> {
    this.apply(await this.desk.checked(command, encodeCommand(command)));
  }

  apply(command: Uint8Array): void {
    const index = this.store.lastApplied + 1;
    const entry: LogEntry = {
      index: logIndex(index),
      term: term(1),
      timestampUs: index,
      logTimeMs: index,
      kind: 'command',
      command,
    };
    this.store.apply([entry]);
  }
}

const countingRows = (tables: MemoryTables, read: (rows: number) => void): TablesReader => ({
  get progress() {
    return tables.progress;
  },
  get: (table, key) => tables.get(table, key),
  range: (table, range) => {
    const rows = tables.range(table, range);
    read(rows.length);
    return rows;
  },
});

const put = (key: string, value: string): Command => ({ kind: 'put', key, value: utf8(value) });
const set = (prefix: string, schema: unknown): Command => ({
  kind: 'setSchema',
  prefix,
  schema: JSON.stringify(schema),
  checkedRevision: null,
});

test('a write is proposed as it came where no schema has a say, and else with the version that it has passed', async () => {
  const { desk, ...node } = new Desk();
  const command = put('/a/1', '5');
  const body = encodeCommand(command);
  expect(desk.checked(command, body)).toBe(body);
  const whole = new Desk();
  await whole.write(set('/a/', { type: 'integer' }));
  await whole.write(put('/b', 'x'));
  await whole.write(set('/a/b/', true));
  expect(decodeCommand(await whole.desk.checked(command, body))).toEqual({ ...command, passedSchemas: 1 });
  const inner = put('/a/b/1', '5');
  expect(decodeCommand(await whole.desk.checked(inner, encodeCommand(inner)))).toMatchObject({ passedSchemas: 3 });
  const other = put('/b', 'x');
  const otherBody = encodeCommand(other);
  expect(whole.desk.checked(other, otherBody)).toBe(otherBody);
  expect(node.store.revision).toBe(0);
});

test('a write that does not match is refused before anything is proposed: which key, which schema, where and why', async () => {
  const node = new Desk();
  await node.write(set('/a/', { type: 'object', properties: { n: { type: 'integer' } } }));
  const txn = {
    kind: 'txn',
    compare: [],
    then: [],
    else: [put('/b', 'x'), put('/a/1', '{"n":"five"}')],
  } as unknown as Command;
  const error = await node.write(txn).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(SchemaViolation);
  expect(error).toMatchObject({ key: '/a/1', prefix: '/a/', path: '/n', reason: 'must be integer' });
  expect(String(error)).toBe('SchemaViolation: "/a/1" does not match the schema of "/a/": /n must be integer');
  // Another schema in its place counts from then on.
  await node.write(set('/a/', true));
  await node.write(put('/a/1', '{"n":"five"}'));
});

test('keys that are there have to match: the first that do not are named, in their order, and no more than ten', async () => {
  const node = new Desk();
  for (let at = 0; at < 200; at += 1) await node.write(put(`/a/${1000 + at}`, at % 10 === 9 ? 'nine' : String(at)));
  const error = await node.write(set('/a/', { type: 'integer' })).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(KeysDoNotMatch);
  const failing = error instanceof KeysDoNotMatch ? error.failing : [];
  expect(failing).toHaveLength(10);
  expect(failing[0]).toEqual({ key: '/a/1009', path: '', reason: 'must be integer' });
  expect(failing.at(-1)?.key).toBe('/a/1099');
  expect(node.store.schemas.size).toBe(0);
  await node.write(set('/a/10', { type: ['integer', 'string'] }));
  expect([...node.store.schemas.keys()]).toEqual(['/a/10']);
  await expect(node.write(set('/a/', { type: 'nothing' }))).rejects.toThrow(InvalidSchema);
});

test('what is written while the keys are looked at is found by the store, and by the next look', async () => {
  const node = new Desk();
  for (let at = 0; at < 100; at += 1) await node.write(put(`/a/${1000 + at}`, String(at)));
  const command = set('/a/', { type: 'integer' });
  const looking = node.desk.checked(command, encodeCommand(command));
  // Behind the place that it has come to: it does not see it.
  node.apply(encodeCommand(put('/a/1000', 'nothing')));
  node.apply(await looking);
  expect(node.store.schemas.size).toBe(0);
  await expect(node.write(command)).rejects.toThrow(KeysDoNotMatch);
});

test('a write may be as large as its schemas can be looked at in time, and no larger', async () => {
  const node = new Desk();
  const properties = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`p${at}`, { type: 'integer' }]));
  await node.write(set('/a/', { properties, type: 'object' }));
  await node.write(put('/a/1', '{"p1":5}'));
  const large = JSON.stringify({ text: 'x'.repeat(50_000) });
  await expect(node.write(put('/a/2', large))).rejects.toThrow('looking at it could take too long');
});

test('a further look is at what was changed since the one before, and at no more', async () => {
  const node = new Desk();
  for (let at = 0; at < 100; at += 1) await node.write(put(`/a/${1000 + at}`, String(at)));
  const command = set('/a/', { type: 'integer' });
  const body = encodeCommand(command);
  await node.desk.checked(command, body);
  node.rowsRead = 0;
  for (const key of ['/a/1000', '/b/1']) node.apply(encodeCommand(put(key, '7')));
  const further = await node.desk.checked(command, body);
  expect(node.rowsRead).toBeLessThan(10);
  expect(decodeCommand(further)).toMatchObject({ checkedRevision: 102 });
  node.apply(encodeCommand(put('/a/1000', 'nothing')));
  await expect(node.desk.checked(command, body)).rejects.toThrow('"/a/1000": the value must be integer');
});

test('a further look is at all keys again where it is not known what was changed since', async () => {
  const node = new Desk();
  for (let at = 0; at < 50; at += 1) await node.write(put(`/a/${1000 + at}`, String(at)));
  const command = set('/a/', { type: 'integer' });
  const body = encodeCommand(command);
  await node.desk.checked(command, body);
  node.apply(encodeCommand(put('/a/1000', 'nothing')));
  node.apply(encodeCommand(put('/b/1', 'other')));
  node.apply(encodeCommand({ kind: 'compact', revision: 52 }));
  await expect(node.desk.checked(command, body)).rejects.toThrow(KeysDoNotMatch);
});

test('what is written below a prefix that is held waits, and is held against the schema that was set meanwhile', async () => {
  const node = new Desk();
  const hold = node.desk.hold('/a/');
  const other = put('/b/1', 'x');
  const otherBody = encodeCommand(other);
  expect(node.desk.checked(other, otherBody)).toBe(otherBody);
  const written = put('/a/1', 'nothing');
  const held = Promise.resolve(node.desk.checked(written, encodeCommand(written)));
  const refused = expect(held).rejects.toThrow(SchemaViolation);
  await node.write(set('/a/', { type: 'integer' }));
  expect(hold.isOver()).toBe(false);
  hold.end();
  expect(hold.isOver()).toBe(true);
  await refused;
  await node.write(put('/a/1', '5'));
});

test('a write is not held for ever', async () => {
  const node = new Desk();
  const hold = node.desk.hold('');
  const written = put('/a/1', '5');
  expect(await node.desk.checked(written, encodeCommand(written))).toEqual(encodeCommand(written));
  expect(hold.isOver()).toBe(true);
});
