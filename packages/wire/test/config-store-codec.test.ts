import {
  type Command,
  type CommandResult,
  type Comparison,
  ConfigStore,
  type Fence,
  InvalidCommand,
  InvalidQuery,
  type KeyRange,
  keyTokens,
  MAX_KEY_BYTES,
  MAX_TRANSACTION_DEPTH,
  MAX_VALUE_BYTES,
  MemoryTables,
  type Operation,
  type Query,
  QuorateError,
  SMALL_RESULT_BYTES,
  type Transaction,
  type Write,
} from '@quorate/config-store';
import { type LogEntry, logIndex, term } from '@quorate/raft';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedMessage, transactionFromJson } from '../src/api/index.ts';
import {
  configStoreCodec,
  decodeAnswer,
  decodeCommand,
  decodeMsgpack,
  decodeQuery,
  decodeResult,
  encodeAnswer,
  encodeCommand,
  encodeMsgpack,
  encodeQuery,
  encodeResult,
  failureIn,
  transactionToJson,
} from '../src/config-store/index.ts';

const text = fc.string({ unit: 'binary', maxLength: 300 });
const revision = fc.option(fc.nat(), { nil: undefined });
const ifRevision = (given: number | undefined): { ifRevision?: number } =>
  given === undefined ? {} : { ifRevision: given };
const range: fc.Arbitrary<KeyRange> = fc.oneof(
  fc.record({ prefix: text }),
  fc.record({ from: text, to: fc.option(text) }),
);
const selection = fc.oneof(fc.record({ key: text }), range);
const operator = fc.constantFrom('=' as const, '!=' as const, '<' as const, '>' as const);
const comparison: fc.Arbitrary<Comparison> = fc.oneof(
  fc.record({ target: fc.constant('exists' as const), keys: selection, operand: fc.boolean() }),
  fc.record({ target: fc.constant('value' as const), keys: selection, operator, operand: fc.uint8Array() }),
  fc.record({
    target: fc.constantFrom('version' as const, 'createRevision' as const, 'modRevision' as const, 'lease' as const),
    keys: selection,
    operator,
    operand: fc.nat(),
  }),
);
const contentType = fc.option(text, { nil: undefined });
const typed = (given: string | undefined): { contentType?: string } =>
  given === undefined ? {} : { contentType: given };
const lease = fc.option(fc.nat(), { nil: undefined });
const leased = (given: number | undefined): { lease?: number } => (given === undefined ? {} : { lease: given });
const fence = fc.option(fc.record({ lock: text, token: fc.nat() }), { nil: undefined });
const fenced = (given: Fence | undefined): { fence?: Fence } => (given === undefined ? {} : { fence: given });
const { transaction } = fc.letrec<{ operation: Operation; transaction: Transaction }>((tie) => ({
  operation: fc.oneof(
    { maxDepth: MAX_TRANSACTION_DEPTH - 1 },
    fc.tuple(text, fc.uint8Array(), contentType, lease, fence).map(([key, value, type, of, held]): Operation => {
      return { kind: 'put', key, value, ...typed(type), ...leased(of), ...fenced(held) };
    }),
    fc.tuple(selection, fence).map(([keys, held]): Operation => ({ kind: 'delete', keys, ...fenced(held) })),
    fc.record({ kind: fc.constant('get' as const), key: text }),
    fc.record({ kind: fc.constant('list' as const), keys: range, limit: fc.integer() }),
    fc.tuple(tie('transaction'), fence).map(([nested, held]): Operation => ({ ...nested, ...fenced(held) })),
  ),
  transaction: fc.record({
    kind: fc.constant('txn' as const),
    compare: fc.array(comparison, { maxLength: 3 }),
    then: fc.array(tie('operation'), { maxLength: 3 }),
    else: fc.array(tie('operation'), { maxLength: 3 }),
  }),
}));
const owner = fc.oneof(fc.constant({}), fc.record({ owner: text }));
const setting = fc.option(fc.nat());
const write: fc.Arbitrary<Write> = fc.oneof(
  transaction,
  fc.record({ kind: fc.constant('compact' as const), revision: fc.option(fc.nat()) }),
  fc.record({
    kind: fc.constant('setRetention' as const),
    retention: fc.record({ maxAgeMs: setting, maxVersions: setting }),
  }),
  fc.tuple(text, fc.uint8Array(), revision, contentType, lease).map(([key, value, given, type, of]): Write => {
    return { kind: 'put', key, value, ...ifRevision(given), ...typed(type), ...leased(of) };
  }),
  fc.tuple(fc.nat(), owner).map(([ttlMs, owned]): Write => ({ kind: 'grantLease', ttlMs, ...owned })),
  fc
    .tuple(fc.constantFrom('keepLease' as const, 'revokeLease' as const), fc.nat(), owner)
    .map(([kind, of, owned]): Write => ({ kind, lease: of, ...owned })),
  fc.record({ kind: fc.constant('setQuota' as const), prefix: text, maxKeys: setting, maxBytes: setting }),
  fc.record({ kind: fc.constant('deleteQuota' as const), prefix: text }),
  fc.record({ kind: fc.constant('setSchema' as const), prefix: text, schema: text, checkedRevision: setting }),
  fc.record({ kind: fc.constant('deleteSchema' as const), prefix: text }),
  fc.tuple(text, revision).map(([key, given]): Write => ({ kind: 'delete', key, ...ifRevision(given) })),
);
const inSession = fc.record({ session: fc.nat(), sequence: fc.nat(), floor: fc.nat() });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: write },
  { weight: 4, arbitrary: fc.tuple(write, fence).map(([one, held]) => ({ ...one, ...fenced(held) })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(write, fence, fc.nat())
      .map(([one, held, passedSchemas]) => ({ ...one, ...fenced(held), passedSchemas, client: 'anna@web1' })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(write, fence, inSession)
      .map(([one, held, place]) => ({ ...one, ...fenced(held), inSession: place })),
  },
  fc.record({ kind: fc.constant('openSession' as const), ttlMs: fc.nat() }),
  fc.record({ kind: fc.constant('keepSession' as const), session: fc.nat(), floor: fc.nat() }),
  fc.record({ kind: fc.constant('closeSession' as const), session: fc.nat() }),
);
const pastRevision = fc.option(fc.nat());
const query: fc.Arbitrary<Query> = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), key: text, revision: pastRevision }),
  fc.record({
    kind: fc.constant('list' as const),
    keys: range,
    after: fc.option(text),
    limit: fc.integer(),
    revision: pastRevision,
    keysOnly: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('history' as const), key: text, before: pastRevision, limit: fc.integer() }),
  fc.constant({ kind: 'retention' as const }),
  fc.constant({ kind: 'quotas' as const }),
  fc.record({ kind: fc.constant('schemas' as const), prefix: fc.option(text) }),
  fc.record({ kind: fc.constant('leases' as const), after: fc.nat(), limit: fc.integer() }),
);
const list = { kind: 'list', keys: { prefix: '' }, after: null, limit: 5, revision: null, keysOnly: false } as const;
const counters = { createRevision: 1, modRevision: 2 ** 40, version: 3 };
const entry = { key: '/a', value: new Uint8Array([1]), ...counters, lease: 9, contentType: 'text/plain' };
const past = { revision: 3, index: null, timestampUs: 1, traceparent: null, client: null };
const error = { code: 'RevisionMismatch', message: 'no', details: { key: '/a', expected: '1', actual: '2' } };

describe('commands and queries', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(command, query, (oneCommand, oneQuery) => {
        expect(decodeCommand(encodeCommand(oneCommand))).toEqual(oneCommand);
        expect(decodeQuery(encodeQuery(oneQuery))).toEqual(oneQuery);
      }),
    );
  });

  it('come back from JSON too, if they are transactions', () => {
    fc.assert(
      fc.property(transaction, (one) => {
        expect(decodeCommand(encodeCommand(transactionFromJson(transactionToJson(one))))).toEqual(one);
      }),
    );
  });

  it('are refused when they are nested deeper than any may be, before anything else is looked at', () => {
    const depth = 50_000;
    let json: unknown = { then: [] };
    for (let at = 1; at < depth; at += 1) json = { op: 'txn', then: [json] };
    // An array of four, 'txn', no comparisons, an array of one; and at the end of each, no operations.
    const opening = Buffer.from([0x94, 0xa3, 0x74, 0x78, 0x6e, 0x90, 0x91]);
    const frame = Buffer.concat([
      ...Array.from({ length: depth }, () => opening),
      encodeMsgpack(['txn', [], [], []]),
      Buffer.alloc(depth, 0x90),
    ]);
    expect(() => decodeCommand(frame)).toThrow(InvalidCommand);
    expect(() => transactionFromJson(json)).toThrow(expect.objectContaining({ code: 'TransactionTooLarge' }));
  });

  it('have these frames', () => {
    const value = new Uint8Array([7]);
    expect(decodeMsgpack(encodeCommand({ kind: 'put', key: '/a', value }))).toEqual(['put', '/a', value, null]);
    expect(decodeMsgpack(encodeCommand({ kind: 'put', key: '/a', value, ifRevision: 0 }))).toEqual([
      'put',
      '/a',
      value,
      0,
    ]);
    expect(decodeMsgpack(encodeCommand({ kind: 'delete', key: '/a', ifRevision: 3 }))).toEqual(['delete', '/a', 3]);
    const place = { session: 7, sequence: 3, floor: 1 };
    expect(decodeMsgpack(encodeCommand({ kind: 'put', key: '/a', value, inSession: place }))).toEqual([
      'inSession',
      7,
      3,
      1,
      ['put', '/a', value, null],
    ]);
    const held = { lock: '/l', token: 5 };
    expect(decodeMsgpack(encodeCommand({ kind: 'put', key: '/a', value, lease: 9, fence: held }))).toEqual([
      'fenced',
      '/l',
      5,
      ['put', '/a', value, null, null, 9],
    ]);
    expect(decodeMsgpack(encodeCommand({ kind: 'grantLease', ttlMs: 5_000 }))).toEqual(['grantLease', 5_000, null]);
    expect(decodeMsgpack(encodeCommand({ kind: 'keepLease', lease: 9, owner: 'me' }))).toEqual(['keepLease', 9, 'me']);
    expect(decodeMsgpack(encodeQuery({ kind: 'get', key: '/a', revision: null }))).toEqual(['get', '/a', null]);
    expect(decodeMsgpack(encodeQuery({ ...list, keys: { prefix: '/' }, after: '/a' }))).toEqual([
      'list',
      ['/'],
      '/a',
      5,
      null,
      false,
    ]);
  });

  it.each([
    ['no array', { kind: 'put' }],
    ['an empty array', []],
    ['an unknown kind', ['shred', '/a', null]],
    ['a kind of a prototype', ['constructor', '/a', null]],
    ['a kind that is no text', [7, '/a', null]],
    ['a field too few', ['put', '/a', new Uint8Array(0)]],
    ['a field too many', ['delete', '/a', null, null]],
    ['a field too many after a value', ['put', '/a', new Uint8Array(0), null, null]],
    ['a key of bytes', ['delete', new Uint8Array(1), null]],
    ['a value of text', ['put', '/a', 'text', null]],
    ['a revision of text', ['delete', '/a', '7']],
    ['a missing revision that is false', ['delete', '/a', false]],
    ['a session of text', ['inSession', '7', 1, 0, ['delete', '/a', null]]],
    ['no write of a session', ['inSession', 7, 1, 0]],
    ['a write that is no frame', ['inSession', 7, 1, 0, 'delete']],
    ['a write that has a field too many', ['inSession', 7, 1, 0, ['delete', '/a', null, null]]],
    ['a field after a write', ['inSession', 7, 1, 0, ['delete', '/a', null], 1]],
    ['a session within a session', ['inSession', 7, 1, 0, ['inSession', 7, 2, 0, ['delete', '/a', null]]]],
    ['a type that is missing before no lease', ['put', '/a', new Uint8Array(0), null, null]],
    ['a lease of text', ['put', '/a', new Uint8Array(0), null, null, '9']],
    ['an owner that is a number', ['grantLease', 5_000, 7]],
    ['no owner', ['keepLease', 9]],
    ['a fence around none', ['fenced', '/l', 5]],
    ['a fence within a fence', ['fenced', '/l', 5, ['fenced', '/l', 5, ['delete', '/a', null]]]],
    ['a fence around a session', ['fenced', '/l', 5, ['closeSession', 7]]],
    ['a fence around a read', ['txn', [], [['fenced', '/l', 5, ['get', '/a']]], []]],
    ['a field after a fenced write', ['fenced', '/l', 5, ['delete', '/a', null], 1]],
    ['a field after a fenced operation', ['txn', [], [['fenced', '/l', 5, ['delete', '/a'], 1]], []]],
    ['a session that is opened within one', ['inSession', 7, 1, 0, ['openSession', 60_000]]],
  ])('are refused with %s', (_what, frame) => {
    expect(() => decodeCommand(encodeMsgpack(frame))).toThrow(InvalidCommand);
  });

  it.each([
    ['a limit of text', ['list', [''], null, '5', null, false]],
    ['no limit', ['list', [''], null]],
    ['a prefix that is none', ['list', null, null, 5, null, false]],
    ['a range that ends with a number', ['list', ['a', 7], null, 5, null, false]],
    ['an after that is a number', ['list', [''], 0, 5, null, false]],
    ['a revision of text', ['get', '/a', '7']],
    ['a command', ['put', '/a', new Uint8Array(0), null]],
  ])('are refused with %s, as queries', (_what, frame) => {
    expect(() => decodeQuery(encodeMsgpack(frame))).toThrow(InvalidQuery);
  });

  it('are refused with bytes after them, or cut short, at any place', () => {
    const whole = encodeCommand({ kind: 'put', key: '/key', value: new Uint8Array(9), ifRevision: 300 });
    expect(() => decodeCommand(new Uint8Array([...whole, 0xc0]))).toThrow('1 bytes follow');
    for (let end = 0; end < whole.length; end += 1) {
      expect(() => decodeCommand(whole.subarray(0, end))).toThrow(InvalidCommand);
    }
  });

  it('are decoded or refused with a typed error, whatever the bytes, and however they were bent', () => {
    const bent = fc
      .tuple(command.map(encodeCommand), fc.nat(), fc.nat({ max: 255 }))
      .map(([bytes, at, byte]) => bytes.with(at % bytes.length, byte));
    fc.assert(
      fc.property(fc.oneof(bent, fc.uint8Array()), (bytes) => {
        for (const decode of [decodeCommand, decodeQuery]) {
          try {
            decode(bytes);
          } catch (refusal) {
            expect(refusal).toBeInstanceOf(QuorateError);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
describe('a put of a session', () => {
  const put = {
    kind: 'put',
    key: '/a',
    value: new Uint8Array([1]),
    inSession: { session: 7, sequence: 2, floor: 1 },
  } as const;

  it.each([
    [{ client: 'anna' }, ['from', 'anna', ['put', '/a', put.value, null]]],
    [{ passedSchemas: 5 }, ['passed', 5, ['put', '/a', put.value, null]]],
    [{ client: 'anna', passedSchemas: 5 }, ['passed', 5, ['from', 'anna', ['put', '/a', put.value, null]]]],
  ])('says so within its place: %j', (said, frame) => {
    const bytes = encodeCommand({ ...put, ...said });
    expect(decodeMsgpack(bytes)).toEqual(['inSession', 7, 2, 1, frame]);
    expect(decodeCommand(bytes)).toEqual({ ...put, ...said });
  });
});

describe('results and answers', () => {
  it.each([
    [{ kind: 'put', revision: 2 ** 40 }],
    [{ kind: 'delete', revision: 0, deleted: false }],
    [
      {
        kind: 'txn',
        revision: 7,
        succeeded: true,
        results: [
          { kind: 'put' },
          { kind: 'delete', deleted: 3 },
          { kind: 'get', entry: null },
          { kind: 'list', entries: [entry], more: true },
          { kind: 'txn', succeeded: false, results: [{ kind: 'get', entry }] },
        ],
      },
    ],
    [{ kind: 'compact', oldestRevision: 5, isDone: false }],
    [{ kind: 'setRetention' }],
    [{ kind: 'setQuota', keys: 3, bytes: 2 ** 40, isCounted: false }],
    [{ kind: 'deleteQuota', deleted: true }],
    [{ kind: 'setSchema', schemaRevision: 2 ** 40 }],
    [{ kind: 'deleteSchema', deleted: false }],
    [{ kind: 'openSession', session: 2 ** 40 }],
    [{ kind: 'keepSession' }],
    [{ kind: 'closeSession' }],
    [{ kind: 'failed', error }],
  ] as const)('come back as they went: %j', (result) => {
    expect(decodeResult(encodeResult(result))).toEqual(result);
  });

  it.each([
    [{ kind: 'get', entry, revision: 4, appliedIndex: 7 }],
    [{ kind: 'get', entry: null, revision: 0, appliedIndex: 0 }],
    [
      {
        kind: 'schemas',
        schemas: [
          { prefix: '', schemaRevision: 7, bytes: 4, schema: null },
          { prefix: '/a/', schemaRevision: 9, bytes: 2, schema: '{}' },
        ],
        revision: 4,
        appliedIndex: 7,
      },
    ],
    [
      {
        kind: 'quotas',
        quotas: [
          { prefix: '', maxKeys: 3, maxBytes: null, keys: 2, bytes: 40, isCounted: true },
          { prefix: '/a/', maxKeys: null, maxBytes: 2 ** 40, keys: 0, bytes: 0, isCounted: false },
        ],
        revision: 4,
        appliedIndex: 7,
      },
    ],
    [{ kind: 'list', entries: [entry, { ...entry, key: '/b' }], nextAfter: '/b', revision: 4, appliedIndex: 7 }],
    [{ kind: 'list', entries: [{ ...entry, value: null }], nextAfter: null, revision: 4, appliedIndex: 7 }],
    [
      {
        kind: 'history',
        changes: [
          { op: 'delete', revision: 4, index: 9, timestampUs: 2, traceparent: 'trace', client: 'anna@web1' },
          {
            op: 'put',
            ...past,
            value: new Uint8Array([1]),
            createRevision: 2,
            version: 2,
            lease: 9,
            contentType: 'a/b',
          },
          { op: 'put', ...past, value: null, createRevision: 2, version: 1, lease: null, contentType: null },
        ],
        more: true,
        oldestRevision: 2,
        revision: 4,
        appliedIndex: 7,
      },
    ],
    [
      {
        kind: 'retention',
        retention: { maxAgeMs: 60_000, maxVersions: null },
        oldestRevision: 2,
        stateHash: 2 ** 52,
        revision: 4,
        appliedIndex: 7,
      },
    ],
    [{ kind: 'failed', error, appliedIndex: 7 }],
  ] as const)('come back as they went, an answer too: %#', (answer) => {
    expect(decodeAnswer(encodeAnswer(answer))).toEqual(answer);
  });

  it('show a failure without being decoded', () => {
    expect(failureIn(encodeResult({ kind: 'failed', error }))).toEqual(error);
    expect(failureIn(encodeAnswer({ kind: 'failed', error, appliedIndex: 7 }))).toEqual(error);
    expect(failureIn(encodeResult({ kind: 'put', revision: 1 }))).toBeNull();
    expect(failureIn(encodeAnswer({ kind: 'get', entry, revision: 4, appliedIndex: 7 }))).toBeNull();
    expect(failureIn(new Uint8Array(0))).toBeNull();
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['another kind', encodeMsgpack(['shred', 1])],
    ['a negative revision', encodeMsgpack(['put', -1])],
    ['a revision that is no integer', encodeMsgpack(['put', 1.5])],
    ['a failure whose details are no map', encodeMsgpack(['failed', 'x', 'y', [], 0])],
    ['an entry of another shape', encodeMsgpack(['get', 1, 1, ['/a', 'text', 1, 1, 1, null, null]])],
  ])('are refused with %s', (_what, bytes) => {
    expect(() => decodeResult(bytes)).toThrow(MalformedMessage);
    expect(() => decodeAnswer(bytes)).toThrow(MalformedMessage);
  });
});

describe('a store with this codec', () => {
  const commandEntry = (index: number, bytes: Uint8Array): LogEntry => ({
    index: logIndex(index),
    term: term(1),
    kind: 'command',
    timestampUs: 1_700_000_000_000_000 + index,
    logTimeMs: 0,
    command: bytes,
  });

  it('applies, answers, and tells of the change in JSON', () => {
    const store = new ConfigStore({ tables: new MemoryTables(), codec: configStoreCodec, stream: 'main.config' });
    const value = Buffer.from('postgres://db');
    const applied = store.apply([
      commandEntry(1, encodeCommand({ kind: 'put', key: '/app/db', value })),
      commandEntry(2, encodeCommand({ kind: 'put', key: '/app/db', value: new Uint8Array([0xff]), ifRevision: 1 })),
      commandEntry(3, encodeCommand({ kind: 'delete', key: '/app/db' })),
      commandEntry(4, Buffer.from('noise')),
    ]);
    expect(applied.map(({ result }) => decodeResult(result))).toMatchObject([
      { kind: 'put', revision: 1 },
      { kind: 'put', revision: 2 },
      { kind: 'delete', revision: 3, deleted: true },
      { kind: 'failed', error: { code: 'InvalidCommand' } },
    ]);
    const notices = applied.flatMap((one) => one.notices());
    expect(notices.map(({ subject }) => subject)).toEqual(Array(3).fill(keyTokens('/app/db')));
    expect(notices.map(({ body }) => Buffer.from(body).toString())).toEqual([
      '{"key":"/app/db","op":"put","value":"postgres://db","revision":"1","ordinal":0,"changeCount":1,"createRevision":"1","version":"1","index":"1","time":"2023-11-14T22:13:20.000001Z"}',
      '{"key":"/app/db","op":"put","valueBase64":"/w==","revision":"2","ordinal":0,"changeCount":1,"createRevision":"1","version":"2","index":"2","time":"2023-11-14T22:13:20.000002Z"}',
      '{"key":"/app/db","op":"delete","revision":"3","ordinal":0,"changeCount":1,"index":"3","time":"2023-11-14T22:13:20.000003Z"}',
    ]);
    expect(decodeAnswer(store.query(encodeQuery({ kind: 'get', key: '/app/db', revision: null })))).toEqual({
      kind: 'get',
      entry: null,
      revision: 3,
      appliedIndex: 4,
    });
    const tooLarge = store.query(encodeQuery({ ...list, limit: 1001 }));
    expect(decodeAnswer(tooLarge)).toMatchObject({ kind: 'failed', error: { code: 'InvalidLimit' }, appliedIndex: 4 });
  });

  it('answers with the largest page, and writes the largest change, within a message of NATS', () => {
    const store = new ConfigStore({ tables: new MemoryTables(), codec: configStoreCodec, stream: 'main.config' });
    const keys = ['a', 'b'].map((first) => first + '"'.repeat(MAX_KEY_BYTES - 1));
    const value = new Uint8Array(MAX_VALUE_BYTES).fill(1);
    const applied = store.apply(
      keys.map((key, at) =>
        commandEntry(at + 1, encodeCommand({ kind: 'put', key, value: value.subarray(at * 262_144) })),
      ),
    );
    for (const { body } of applied.flatMap((one) => one.notices())) expect(body.length).toBeLessThan(1_000_000);
    const page = store.query(encodeQuery({ ...list, limit: 1000 }));
    expect(page.length).toBeGreaterThan(MAX_VALUE_BYTES);
    expect(page.length).toBeLessThan(1_000_000);
  });
});

/** The largest of each kind; a transaction's answers with entries, and a failure's with words. */
const largestResults: {
  readonly [Kind in Exclude<CommandResult['kind'], 'txn' | 'failed'>]: Extract<CommandResult, { readonly kind: Kind }>;
} = {
  put: { kind: 'put', revision: Number.MAX_SAFE_INTEGER },
  delete: { kind: 'delete', revision: Number.MAX_SAFE_INTEGER, deleted: true },
  compact: { kind: 'compact', oldestRevision: Number.MAX_SAFE_INTEGER, isDone: false },
  setRetention: { kind: 'setRetention' },
  grantLease: { kind: 'grantLease', lease: Number.MAX_SAFE_INTEGER },
  keepLease: { kind: 'keepLease', ttlMs: Number.MAX_SAFE_INTEGER },
  revokeLease: { kind: 'revokeLease', revision: Number.MAX_SAFE_INTEGER, deleted: Number.MAX_SAFE_INTEGER },
  setQuota: { kind: 'setQuota', keys: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER, isCounted: false },
  deleteQuota: { kind: 'deleteQuota', deleted: true },
  setSchema: { kind: 'setSchema', schemaRevision: Number.MAX_SAFE_INTEGER },
  deleteSchema: { kind: 'deleteSchema', deleted: true },
  openSession: { kind: 'openSession', session: Number.MAX_SAFE_INTEGER },
  keepSession: { kind: 'keepSession' },
  closeSession: { kind: 'closeSession' },
};

// Commands of leases, quotas, schemas and history write as they go: it is too late to refuse them for the room that their results take in a session.
it.each(Object.values(largestResults).map((result) => [result.kind, result] as const))(
  'the result of %s has room in a session in any case',
  (_, result) => {
    expect(encodeResult(result).length).toBeLessThanOrEqual(SMALL_RESULT_BYTES);
  },
);
