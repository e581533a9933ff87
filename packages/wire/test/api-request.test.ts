import { clusterName, nodeId } from '@quorate/actor';
import type { ListQuery } from '@quorate/config-store';
import { logIndex } from '@quorate/raft';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commandBody,
  DEFAULT_TIMEOUT_MS,
  decodeChanged,
  decodeFormationRecord,
  decodeHello,
  decodeRequest,
  decodeTransferred,
  ENDPOINTS,
  type Endpoint,
  encodeChanged,
  encodeEntriesRequest,
  encodeFormationRecord,
  encodeHello,
  encodeMembershipChange,
  encodeRequest,
  encodeTransferRequest,
  encodeTransferred,
  entriesBody,
  isJsonRequest,
  MAX_TIMEOUT_MS,
  MalformedMessage,
  membersBody,
  queryBody,
  transferBody,
} from '../src/api/index.ts';
import { encodeCommand, encodeMsgpack, encodeQuery, QuorateError } from '../src/config-store/index.ts';

const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

function errorOf(step: () => unknown): QuorateError {
  try {
    step();
  } catch (error) {
    if (error instanceof QuorateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** What is read by whoever says nothing. */
const usual = { consistency: 'linearizable', maxStalenessMs: null, minRevision: 0 } as const;

describe('a request in msgpack', () => {
  const body = encodeCommand({ kind: 'put', key: '/a', value: utf8('one'), ifRevision: 3 });

  it('carries the encoded command as it is', () => {
    const request = decodeRequest('put', encodeRequest({ timeoutMs: 1500, body }));
    expect(request).toEqual({ format: 'msgpack', timeoutMs: 1500, body, read: usual, cluster: null });
    expect(commandBody('put', request.body)).toEqual({ kind: 'put', key: '/a', value: utf8('one'), ifRevision: 3 });
  });

  it('may name the cluster that it is for, by a tag of its id, or ask which answers; so may one in JSON', () => {
    const clusterOf = (endpoint: Endpoint, cluster: string): string | null =>
      decodeRequest(endpoint, encodeRequest({ timeoutMs: 1500, body, cluster })).cluster;
    expect(clusterOf('put', '93a74742af3dfbe4')).toBe('93a74742af3dfbe4');
    expect(clusterOf('get', '')).toBe('');
    const id = `93a74742af3dfbe4${'0'.repeat(48)}`;
    expect(decodeRequest('get', utf8(`{"key":"/a","clusterId":"${id}"}`)).cluster).toBe('93a74742af3dfbe4');
    expect(decodeRequest('get', utf8('{"key":"/a"}')).cluster).toBeNull();
    for (const wrong of ['93a7', 'main', `${id}0`]) {
      expect(errorOf(() => clusterOf('put', wrong)).code).toBe('InvalidRequest');
      const json = utf8(`{"key":"/a","clusterId":"${wrong}"}`);
      expect(errorOf(() => decodeRequest('get', json)).details).toMatchObject({ field: 'clusterId' });
    }
  });

  it.each([
    ['another format version', encodeMsgpack([2, 1000, body]), 'format version 2 is not known, 1 is'],
    ['no array', encodeMsgpack({ timeoutMs: 5 }), 'it is no request of this format'],
    ['a body that is no bytes', encodeMsgpack([1, 1000, 'text']), 'it is no request of this format'],
    ['more than there is to say', encodeMsgpack([1, 1000, body, null]), 'it is no request of this format'],
    ['noise', utf8('get /a'), 'it is neither msgpack nor JSON'],
    ['bytes after it', new Uint8Array([...encodeMsgpack([1, 1000, body]), 0]), 'it is neither msgpack nor JSON'],
  ])('is refused with %s', (_what, bytes, reason) => {
    expect(errorOf(() => decodeRequest('put', bytes)).toData()).toEqual({
      code: 'InvalidRequest',
      message: `invalid request: ${reason}`,
      details: { reason, field: null },
    });
  });

  it.each(['', ' ', '\n', '\r\n\t '])('in JSON may have %j before it', (space) => {
    const bytes = utf8(`${space}{"key":"/a"}`);
    expect(isJsonRequest(bytes)).toBe(true);
    expect(decodeRequest('get', bytes)).toEqual(decodeRequest('get', utf8('{"key":"/a"}')));
  });

  it('in msgpack is no JSON', () => {
    expect(isJsonRequest(encodeRequest({ timeoutMs: 1000, body }))).toBe(false);
    expect(isJsonRequest(utf8('get'))).toBe(false);
  });

  it.each([0, -1, 1.5, Number.NaN, MAX_TIMEOUT_MS + 1])('is refused with a timeout of %d', (timeoutMs) => {
    const error = errorOf(() => decodeRequest('get', encodeRequest({ timeoutMs, body })));
    expect([error.code, error.details.field]).toEqual(['InvalidRequest', 'timeoutMs']);
  });

  it('is decoded or refused with a typed error, whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map(utf8),
      fc.uint8Array().map((rest) => new Uint8Array([0x7b, ...rest])),
    );
    fc.assert(
      fc.property(fc.constantFrom(...ENDPOINTS), bytes, (endpoint, noise) => {
        try {
          decodeRequest(endpoint, noise);
        } catch (refusal) {
          expect(refusal).toBeInstanceOf(QuorateError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the body of a request', () => {
  it('belongs on its endpoint', () => {
    const put = encodeCommand({ kind: 'put', key: '/a', value: utf8('') });
    expect(errorOf(() => commandBody('delete', put)).code).toBe('InvalidRequest');
    expect(errorOf(() => queryBody('list', encodeQuery({ kind: 'get', key: '/a', revision: null }))).code).toBe(
      'InvalidRequest',
    );
    expect(queryBody('get', encodeQuery({ kind: 'get', key: '/a', revision: null }))).toEqual({
      kind: 'get',
      key: '/a',
      revision: null,
    });
  });

  it('is held to the limits before anything is proposed', () => {
    expect(errorOf(() => commandBody('put', encodeCommand({ kind: 'put', key: '', value: utf8('') }))).code).toBe(
      'InvalidKey',
    );
    expect(errorOf(() => commandBody('put', utf8('noise'))).code).toBe('InvalidCommand');
    // What only a node may say: that it has looked at the values.
    const said = encodeCommand({ kind: 'put', key: '/a', value: utf8(''), passedSchemas: 2 ** 40 });
    expect(errorOf(() => commandBody('put', said)).code).toBe('InvalidRequest');
    const looked = encodeCommand({ kind: 'setSchema', prefix: '', schema: '{}', checkedRevision: 7 });
    expect(errorOf(() => commandBody('schema', looked)).code).toBe('InvalidRequest');
    const query = encodeQuery({
      kind: 'list',
      keys: { prefix: '' },
      after: null,
      limit: 2.5,
      revision: null,
      keysOnly: false,
    });
    expect(errorOf(() => queryBody('list', query)).message).toBe('page limit 2.5 is no integer from 1 to 1000');
    expect(errorOf(() => queryBody('get', utf8('noise'))).code).toBe('InvalidQuery');
  });

  it('asks for a page of entries', () => {
    expect(entriesBody(encodeEntriesRequest({ fromIndex: 7, limit: 10 }))).toEqual({ fromIndex: 7, limit: 10 });
    expect(errorOf(() => entriesBody(encodeEntriesRequest({ fromIndex: 7, limit: 0 }))).code).toBe('InvalidLimit');
    for (const wrong of [
      { fromIndex: 0, limit: 1 },
      { fromIndex: 1.5, limit: 1 },
      { fromIndex: 1, limit: 1, more: 1 },
      [],
    ]) {
      expect(errorOf(() => entriesBody(encodeMsgpack(wrong))).code).toBe('InvalidRequest');
    }
    expect(errorOf(() => entriesBody(utf8('noise'))).code).toBe('InvalidRequest');
  });

  it('forms a cluster', () => {
    const record = {
      formatVersion: 1,
      clusterName: clusterName('main'),
      voters: [
        { id: nodeId('n1'), storageId: 'f00' },
        { id: nodeId('n2'), storageId: 'ba7' },
      ],
      snapshotChecksum: null,
    } as const;
    expect(decodeFormationRecord(encodeFormationRecord(record))).toEqual(record);
    expect(encodeFormationRecord(record)).toEqual(
      encodeMsgpack([
        1,
        'main',
        [
          ['n1', 'f00'],
          ['n2', 'ba7'],
        ],
        null,
      ]),
    );
    for (const wrong of [
      [2, 'main', [['n1', 'f00']], null],
      [1, 'a.b', [['n1', 'f00']], null],
      [1, 'main', [], null],
      [
        1,
        'main',
        [
          ['n1', 'f00'],
          ['n1', 'ba7'],
        ],
        null,
      ],
      [1, 'main', [['n.1', 'f00']], null],
      [1, 'main', [['n1', '']], null],
    ]) {
      expect(errorOf(() => decodeFormationRecord(encodeMsgpack(wrong))).code).toBe('InvalidRequest');
    }
  });
});

describe('a change of members, or of the leader', () => {
  const change = {
    add: [{ id: nodeId('n4'), storageId: 'f00', isPromotedWhenCaughtUp: true, replaces: null }],
    promote: [nodeId('n5')],
    remove: [nodeId('n3')],
    force: false,
  };

  it('comes out as it went in', () => {
    expect(membersBody(encodeMembershipChange(change))).toEqual(change);
    expect(transferBody(encodeTransferRequest(nodeId('n2')))).toBe('n2');
    expect(transferBody(encodeTransferRequest(null))).toBeNull();
    expect(decodeChanged(encodeChanged(logIndex(7)))).toBe(7);
    expect(decodeTransferred(encodeTransferred(nodeId('n2')))).toBe('n2');
  });

  it.each([
    ['a node that stands in it twice', { ...change, promote: ['n4'] }, 'n4 stands twice'],
    ['a node that comes and goes', { ...change, remove: ['n4'] }, 'n4 stands twice'],
    ['an id that is no name', { ...change, remove: ['n.3'] }, 'no change of members'],
    ['no word on force', { add: [], promote: [], remove: [] }, 'no change of members'],
  ])('is refused with %s', (_what, wrong, reason) => {
    const error = errorOf(() => membersBody(encodeMsgpack(wrong)));
    expect([error.code, error.message]).toEqual(['InvalidRequest', expect.stringContaining(reason)]);
  });

  it('is refused when it is noise', () => {
    expect(errorOf(() => membersBody(utf8('noise'))).code).toBe('InvalidRequest');
    expect(errorOf(() => transferBody(utf8('noise'))).code).toBe('InvalidRequest');
    expect(errorOf(() => transferBody(encodeMsgpack({ node: 'n.2' }))).code).toBe('InvalidRequest');
    expect(() => decodeChanged(utf8('noise'))).toThrow(MalformedMessage);
    expect(() => decodeTransferred(encodeMsgpack({ leader: 'n.2' }))).toThrow(MalformedMessage);
  });
});

describe('hello', () => {
  const hello = { id: nodeId('n1'), storageId: 'f00', version: '0.1.0', formation: 'formed', clusterId: 'c1' } as const;

  it('says who a node is', () => {
    expect(decodeHello(encodeHello(hello))).toEqual(hello);
    expect(() => decodeHello(encodeMsgpack({ ...hello, formation: 'maybe' }))).toThrow(MalformedMessage);
    expect(() => decodeHello(utf8('noise'))).toThrow(MalformedMessage);
  });
});

describe('how fresh a read is to be', () => {
  const body = encodeQuery({ kind: 'get', key: '/a', revision: null });
  const local = encodeRequest({ timeoutMs: 1500, body, read: { ...usual, consistency: 'local' } });
  const bounded = { consistency: 'bounded', maxStalenessMs: 250, minRevision: 7 } as const;

  it.each(['get', 'list'] as const)('goes with a %s, in either format', (endpoint) => {
    expect(decodeRequest(endpoint, local)).toMatchObject({ timeoutMs: 1500, body, read: { consistency: 'local' } });
    const json = utf8(
      '{"key":"/a","consistency":"local"}'.replace('"key":"/a",', endpoint === 'get' ? '"key":"/a",' : ''),
    );
    expect(decodeRequest(endpoint, json).read).toEqual({ ...usual, consistency: 'local' });
  });

  it('has its bound and the revision with it, in either format', () => {
    const request = encodeRequest({ timeoutMs: 1500, body, read: bounded });
    expect(decodeRequest('get', request).read).toEqual(bounded);
    for (const minRevision of ['7', '"7"']) {
      const json = `{"key":"/a","consistency":"bounded","maxStalenessMs":250,"minRevision":${minRevision}}`;
      expect(decodeRequest('get', utf8(json)).read).toEqual(bounded);
    }
  });

  it.each<[string, unknown, string, string | null]>([
    ['a bound below 0', { consistency: 'bounded', maxStalenessMs: -1 }, 'InvalidRequest', 'maxStalenessMs'],
    ['a bound that is no number', { consistency: 'bounded', maxStalenessMs: '5' }, 'InvalidRequest', 'maxStalenessMs'],
    [
      'a bound without end',
      { consistency: 'bounded', maxStalenessMs: Number.POSITIVE_INFINITY },
      'InvalidRequest',
      'maxStalenessMs',
    ],
    ['no bound', { consistency: 'bounded' }, 'InvalidRequest', 'maxStalenessMs'],
    ['a bound of another kind', { consistency: 'local', maxStalenessMs: 5 }, 'InvalidRequest', 'maxStalenessMs'],
    ['a bound of the usual kind', { maxStalenessMs: 5 }, 'InvalidRequest', 'maxStalenessMs'],
    ['a revision below 0', { minRevision: -1 }, 'InvalidRevision', null],
    ['a revision that is no integer', { minRevision: 1.5 }, 'InvalidRevision', null],
    ['a revision that is no number', { minRevision: 'x' }, 'InvalidRevision', null],
    ['a revision beyond all', { minRevision: 2 ** 53 }, 'InvalidRevision', null],
  ])('is refused with %s, in either format', (_, options, code, field) => {
    const formats = [encodeMsgpack([1, 1000, body, options]), utf8(JSON.stringify({ key: '/a', ...Object(options) }))];
    for (const bytes of formats) {
      const error = errorOf(() => decodeRequest('get', bytes));
      expect([error.code, error.details.field ?? null]).toEqual([code, field]);
    }
  });

  it('need not be said: the frame of a linearizable read is as it ever was', () => {
    const said = encodeRequest({ timeoutMs: 1500, body, read: usual });
    expect(said).toEqual(encodeMsgpack([1, 1500, body]));
  });

  it.each([
    ['of another request', 'put', local, null],
    ['of a kind that is not known', 'get', encodeMsgpack([1, 1000, body, { consistency: 'eventual' }]), 'consistency'],
    ['with an option that is not known', 'get', encodeMsgpack([1, 1000, body, { mood: 'good' }]), null],
    ['in no map', 'get', encodeMsgpack([1, 1000, body, 'local']), null],
  ] as const)('is refused %s', (_, endpoint, bytes, field) => {
    const error = errorOf(() => decodeRequest(endpoint, bytes));
    expect([error.code, error.details.field]).toEqual(['InvalidRequest', field]);
  });
});

const list: ListQuery = {
  kind: 'list',
  keys: { prefix: '' },
  after: null,
  limit: 100,
  revision: null,
  keysOnly: false,
};

describe('a request in JSON', () => {
  const requested = (endpoint: Endpoint, json: string): ReturnType<typeof decodeRequest> =>
    decodeRequest(endpoint, utf8(json));

  it('has the body that the same request has in msgpack', () => {
    const equal: readonly (readonly [Endpoint, string, Uint8Array])[] = [
      ['get', '{"key":"/a"}', encodeQuery({ kind: 'get', key: '/a', revision: null })],
      ['put', '{"key":"/a","value":"é"}', encodeCommand({ kind: 'put', key: '/a', value: utf8('é') })],
      ['delete', '{"key":"/a","ifRevision":"12"}', encodeCommand({ kind: 'delete', key: '/a', ifRevision: 12 })],
      [
        'list',
        '{"prefix":"/","after":"/a","limit":5}',
        encodeQuery({ ...list, keys: { prefix: '/' }, after: '/a', limit: 5 }),
      ],
      ['list', '{}', encodeQuery(list)],
      ['list', '', encodeQuery(list)],
      [
        'list',
        '{"from":"/a","keysOnly":true}',
        encodeQuery({ ...list, keys: { from: '/a', to: null }, keysOnly: true }),
      ],
      [
        'list',
        '{"from":"/a","to":"/b","revision":"7"}',
        encodeQuery({ ...list, keys: { from: '/a', to: '/b' }, revision: 7 }),
      ],
      ['get', '{"key":"/a","revision":"7"}', encodeQuery({ kind: 'get', key: '/a', revision: 7 })],
      ['history', '{"key":"/a"}', encodeQuery({ kind: 'history', key: '/a', before: null, limit: 100 })],
      [
        'history',
        '{"key":"/a","before":"9","limit":5}',
        encodeQuery({ kind: 'history', key: '/a', before: 9, limit: 5 }),
      ],
      ['retention', '', encodeQuery({ kind: 'retention' })],
      ['compact', '', encodeCommand({ kind: 'compact', revision: null })],
      ['compact', '{"revision":"9"}', encodeCommand({ kind: 'compact', revision: 9 })],
      [
        'set-retention',
        '{"maxAgeMs":60000,"maxVersions":null}',
        encodeCommand({ kind: 'setRetention', retention: { maxAgeMs: 60_000, maxVersions: null } }),
      ],
      ['session', '{"op":"open","ttlMs":60000}', encodeCommand({ kind: 'openSession', ttlMs: 60_000 })],
      [
        'session',
        '{"op":"keep","session":"7","floor":2}',
        encodeCommand({ kind: 'keepSession', session: 7, floor: 2 }),
      ],
      ['lease', '{"op":"grant","ttlMs":60000}', encodeCommand({ kind: 'grantLease', ttlMs: 60_000 })],
      ['lease', '{"op":"keep","lease":"7","owner":"me"}', encodeCommand({ kind: 'keepLease', lease: 7, owner: 'me' })],
      ['lease', '{"op":"revoke","lease":7}', encodeCommand({ kind: 'revokeLease', lease: 7 })],
      [
        'quota',
        '{"op":"set","prefix":"/a/","maxKeys":5}',
        encodeCommand({ kind: 'setQuota', prefix: '/a/', maxKeys: 5, maxBytes: null }),
      ],
      ['quota', '{"op":"delete","prefix":""}', encodeCommand({ kind: 'deleteQuota', prefix: '' })],
      ['quotas', '', encodeQuery({ kind: 'quotas' })],
      [
        'schema',
        '{"op":"set","prefix":"/a/","schema":{"type":"integer"}}',
        encodeCommand({ kind: 'setSchema', prefix: '/a/', schema: '{"type":"integer"}', checkedRevision: null }),
      ],
      ['schema', '{"op":"delete","prefix":""}', encodeCommand({ kind: 'deleteSchema', prefix: '' })],
      ['delete', '{"key":"/a","client":"anna"}', encodeCommand({ kind: 'delete', key: '/a', client: 'anna' })],
      ['schemas', '', encodeQuery({ kind: 'schemas', prefix: null })],
      ['schemas', '{"prefix":"/a/"}', encodeQuery({ kind: 'schemas', prefix: '/a/' })],
      ['leases', '', encodeQuery({ kind: 'leases', after: 0, limit: 100 })],
      ['leases', '{"after":"7","limit":5}', encodeQuery({ kind: 'leases', after: 7, limit: 5 })],
      [
        'put',
        '{"key":"/a","value":"x","lease":"7","fence":{"lock":"/l","token":"5"},"session":"7","sequence":"3","floor":"1"}',
        encodeCommand({
          kind: 'put',
          key: '/a',
          value: utf8('x'),
          lease: 7,
          fence: { lock: '/l', token: 5 },
          inSession: { session: 7, sequence: 3, floor: 1 },
        }),
      ],
      [
        'txn',
        JSON.stringify({
          then: [
            { op: 'put', key: '/a', value: 'x', lease: '7', fence: { lock: '/l', token: '5' } },
            { op: 'delete', key: '/b', fence: { lock: '/l', token: 5 } },
            { op: 'txn', then: [], fence: { lock: '/l', token: '5' } },
          ],
        }),
        encodeCommand({
          kind: 'txn',
          compare: [],
          then: [
            { kind: 'put', key: '/a', value: utf8('x'), lease: 7, fence: { lock: '/l', token: 5 } },
            { kind: 'delete', keys: { key: '/b' }, fence: { lock: '/l', token: 5 } },
            { kind: 'txn', compare: [], then: [], else: [], fence: { lock: '/l', token: 5 } },
          ],
          else: [],
        }),
      ],
      ['session', '{"op":"close","session":"7"}', encodeCommand({ kind: 'closeSession', session: 7 })],
      [
        'delete',
        '{"key":"/a","session":"7","sequence":"3","floor":"1"}',
        encodeCommand({ kind: 'delete', key: '/a', inSession: { session: 7, sequence: 3, floor: 1 } }),
      ],
      [
        'compact',
        '{"session":7,"sequence":3,"floor":1}',
        encodeCommand({ kind: 'compact', revision: null, inSession: { session: 7, sequence: 3, floor: 1 } }),
      ],
      [
        'put',
        '{"key":"/a","value":"{}","contentType":"application/json"}',
        encodeCommand({ kind: 'put', key: '/a', value: utf8('{}'), contentType: 'application/json' }),
      ],
      [
        'txn',
        JSON.stringify({
          compare: [
            { key: '/a', version: 3 },
            { key: '/a', modRevision: { '>': '7' } },
            { prefix: '/b/', exists: false },
            { from: '/c', to: '/d', value: { '!=': 'x' } },
            { key: '/e', valueBase64: '/w==' },
          ],
          then: [
            { op: 'put', key: '/a', value: 'x', contentType: 'text/plain' },
            { op: 'delete', prefix: '/b/' },
            { op: 'txn', then: [{ op: 'get', key: '/f' }] },
          ],
          else: [{ op: 'list', from: '/a', limit: 7 }],
        }),
        encodeCommand({
          kind: 'txn',
          compare: [
            { target: 'version', keys: { key: '/a' }, operator: '=', operand: 3 },
            { target: 'modRevision', keys: { key: '/a' }, operator: '>', operand: 7 },
            { target: 'exists', keys: { prefix: '/b/' }, operand: false },
            { target: 'value', keys: { from: '/c', to: '/d' }, operator: '!=', operand: utf8('x') },
            { target: 'value', keys: { key: '/e' }, operator: '=', operand: new Uint8Array([0xff]) },
          ],
          then: [
            { kind: 'put', key: '/a', value: utf8('x'), contentType: 'text/plain' },
            { kind: 'delete', keys: { prefix: '/b/' } },
            { kind: 'txn', compare: [], then: [{ kind: 'get', key: '/f' }], else: [] },
          ],
          else: [{ kind: 'list', keys: { from: '/a', to: null }, limit: 7 }],
        }),
      ],
      ['entries', '{"fromIndex":"7","limit":5}', encodeEntriesRequest({ fromIndex: 7, limit: 5 })],
      ['entries', '{"fromIndex":7}', encodeEntriesRequest({ fromIndex: 7, limit: 100 })],
      ['status', '', new Uint8Array(0)],
      ['hello', '{}', new Uint8Array(0)],
      [
        'form',
        '{"cluster":"main","voters":[{"id":"n1","storageId":"f00"}]}',
        encodeFormationRecord({
          formatVersion: 1,
          clusterName: clusterName('main'),
          voters: [{ id: nodeId('n1'), storageId: 'f00' }],
          snapshotChecksum: null,
        }),
      ],
      [
        'members',
        '{"add":[{"id":"n4","storageId":"f00","promote":true,"replaces":"n2"}],"promote":["n5"],"remove":["n3"],"force":true}',
        encodeMembershipChange({
          add: [{ id: nodeId('n4'), storageId: 'f00', isPromotedWhenCaughtUp: true, replaces: nodeId('n2') }],
          promote: [nodeId('n5')],
          remove: [nodeId('n3')],
          force: true,
        }),
      ],
      [
        'members',
        '{"add":[{"id":"n4","storageId":"f00"}]}',
        encodeMembershipChange({
          add: [{ id: nodeId('n4'), storageId: 'f00', isPromotedWhenCaughtUp: false, replaces: null }],
          promote: [],
          remove: [],
          force: false,
        }),
      ],
      ['transfer', '{"node":"n2"}', encodeTransferRequest(nodeId('n2'))],
      ['transfer', '', encodeTransferRequest(null)],
    ];
    for (const [endpoint, json, body] of equal) {
      expect(requested(endpoint, json)).toEqual({
        format: 'json',
        timeoutMs: DEFAULT_TIMEOUT_MS,
        body,
        read: usual,
        cluster: null,
      });
    }
    expect(requested('status', '{"timeoutMs":250}').timeoutMs).toBe(250);
  });

  it.each([
    ['{"key":"/a","value":""}', new Uint8Array(0), undefined],
    ['{"key":"/a","valueBase64":"/w=="}', new Uint8Array([0xff]), undefined],
    ['{"key":"/a","value":"x","ifRevision":"0"}', utf8('x'), 0],
    ['{"key":"/a","value":"x","ifRevision":12}', utf8('x'), 12],
    ['{"key":"/a","value":"x","ifRevision":null}', utf8('x'), undefined],
    ['{"key":"/a","value":"x","ifRevision":"9007199254740991"}', utf8('x'), Number.MAX_SAFE_INTEGER],
  ])('puts: %s', (json, value, ifRevision) => {
    const field = ifRevision === undefined ? {} : { ifRevision };
    const command = commandBody('put', requested('put', json).body);
    expect(command).toEqual({ kind: 'put', key: '/a', value: expect.anything(), ...field });
    expect(command.kind === 'put' && Buffer.compare(command.value, value)).toBe(0);
  });

  it.each([
    [
      'get',
      '{"key":"/a","foo":1}',
      'foo',
      'the field "foo" is not known; get takes key, revision, consistency, maxStalenessMs, minRevision, timeoutMs',
    ],
    ['get', '{"key":"/a","__proto__":{}}', '__proto__', 'the field "__proto__" is not known'],
    ['get', '{"key":"/a","constructor":1}', 'constructor', 'the field "constructor" is not known'],
    ['status', '{"key":"/a"}', 'key', 'status takes timeoutMs'],
    ['get', '{}', 'key', 'key is missing'],
    ['get', '', 'key', 'key is missing'],
    ['get', '{"key":7}', 'key', 'key is no text'],
    ['get', '{"key":"\\ud83d"}', 'key', 'key has a lone surrogate'],
    ['put', '{"key":"/a"}', 'value', 'either value or valueBase64'],
    ['put', '{"key":"/a","value":"x","valueBase64":"eA=="}', 'value', 'either value or valueBase64'],
    ['put', '{"key":"/a","value":7}', 'value', 'value is no text'],
    ['put', '{"key":"/a","value":"\\udc00"}', 'value', 'lone surrogate'],
    ['put', '{"key":"/a","valueBase64":"?"}', 'valueBase64', 'no base64'],
    ['put', '{"key":"/a","valueBase64":"eA"}', 'valueBase64', 'no base64'],
    ['list', '{"prefix":null}', 'prefix', 'prefix is no text'],
    ['get', '{"key":"/a","consistency":"eventual"}', 'consistency', 'consistency is one of linearizable, readIndex'],
    ['list', '{"consistency":null}', 'consistency', 'consistency is one of linearizable, readIndex'],
    ['put', '{"key":"/a","value":"x","consistency":"local"}', 'consistency', 'the field "consistency" is not known'],
    ['entries', '{}', 'fromIndex', 'fromIndex is no index'],
    ['entries', '{"fromIndex":"-1"}', 'fromIndex', 'fromIndex is no index'],
    ['entries', '{"fromIndex":-1}', 'fromIndex', 'fromIndex is no index'],
    ['form', '{"cluster":"main","voters":["n1"]}', 'voters', 'voters is not what form takes'],
    ['members', '{"add":["n4"]}', 'add', 'add is not what members takes'],
    ['members', '{"add":[{"id":"n4","storageId":"f00","vote":true}]}', 'add', 'add is not what members takes'],
    ['members', '{"remove":"n4"}', 'remove', 'remove is not what members takes'],
    ['members', '{"force":1}', 'force', 'force is not what members takes'],
    ['transfer', '{"node":"n.2"}', 'node', 'node is no name of one'],
    ['get', '{"key":"/a","timeoutMs":"5"}', 'timeoutMs', 'timeoutMs is no integer'],
    ['list', '{"prefix":"/","from":"/"}', 'prefix', 'prefix does not go with from and to'],
    ['list', '{"to":"/b"}', 'from', 'from is missing'],
    ['list', '{"keysOnly":1}', 'keysOnly', 'keysOnly is neither true nor false'],
    ['set-retention', '{"maxAgeMs":5}', 'maxVersions', 'maxVersions is neither a number nor null'],
    ['lease', '{"op":"take"}', 'op', 'op is none of grant, keep and revoke'],
    ['lease', '{"op":"grant","ttlMs":"5s"}', 'ttlMs', 'ttlMs is no number'],
    ['lease', '{"op":"keep"}', 'lease', 'lease is missing'],
    ['schema', '{"op":"set","prefix":""}', 'schema', 'schema is missing'],
    ['schema', '{"op":"get","prefix":""}', 'op', 'op is none of set and delete'],
    ['quota', '{"op":"raise","prefix":""}', 'op', 'op is none of set and delete'],
    ['quota', '{"op":"set","prefix":"","maxBytes":"5"}', 'maxBytes', 'maxBytes is neither a number nor null'],
    ['quota', '{"op":"set","maxBytes":5}', 'prefix', 'prefix is missing'],
    ['leases', '{"after":-1}', 'after', 'after is no integer from 0'],
    ['put', '{"key":"/a","value":"x","lease":"seven"}', 'lease', 'lease is no integer from 0'],
    ['put', '{"key":"/a","value":"x","fence":null}', 'fence', 'fence is no JSON object'],
    ['put', '{"key":"/a","value":"x","lease":null}', 'lease', 'lease is no integer from 0'],
    ['put', '{"key":"/a","value":"x","fence":"/l"}', 'fence', 'fence is no JSON object'],
    ['put', '{"key":"/a","value":"x","fence":{"lock":"/l"}}', 'fence.token', 'fence.token is missing'],
    [
      'txn',
      '{"then":[{"op":"delete","key":"/a","fence":{"token":5}}]}',
      'then[0].fence.lock',
      'then[0].fence.lock is missing',
    ],
    ['session', '{}', 'op', 'op is missing'],
    ['session', '{"op":"shut","session":"7"}', 'op', 'op is none of open, keep and close'],
    ['session', '{"op":"open"}', 'ttlMs', 'ttlMs is no number'],
    ['session', '{"op":"keep","session":"7"}', 'floor', 'floor is missing'],
    ['session', '{"op":"close","session":"-7"}', 'session', 'session is no integer from 0'],
    ['delete', '{"key":"/a","session":"7","floor":"0"}', 'sequence', 'sequence is missing'],
    ['delete', '{"key":"/a","sequence":"7"}', 'session', 'session is missing'],
    ['get', '{"key":"/a","session":"7"}', 'session', 'get takes key'],
    ['txn', '{"compare":{}}', 'compare', 'compare is no list'],
    ['txn', '{"compare":[{"key":"/a"}]}', 'compare[0].exists', 'is not one of what a comparison compares'],
    ['txn', '{"compare":[{"key":"/a","version":1,"exists":true}]}', 'compare[0].exists', 'is not one of'],
    ['txn', '{"compare":[{"version":1}]}', 'compare[0].key', 'is missing'],
    ['txn', '{"compare":[{"key":"/a","version":{"<=":1}}]}', 'compare[0].version', 'has not one operator'],
    ['txn', '{"then":["get"]}', 'then[0]', 'then[0] is no JSON object'],
    ['txn', '{"then":[{"op":"shred","key":"/a"}]}', 'then[0].op', 'is not put, delete, get, list or txn'],
    ['txn', '{"then":[{"op":"delete"}]}', 'then[0].key', 'then[0].key is missing'],
    ['txn', '{"then":[{"op":"delete","key":"/a","prefix":"/"}]}', 'then[0].prefix', 'does not go with key'],
    ['txn', '{"else":[{"op":"txn","then":[{"op":"get"}]}]}', 'else[0].then[0].key', 'is missing'],
    ['get', '{"key":', null, 'no JSON'],
    ['get', '{"key":"/a"} x', null, 'no JSON'],
  ] as const)('to %s is refused: %s', (endpoint, json, field, reason) => {
    const error = errorOf(() => requested(endpoint, json));
    expect(error.code).toBe('InvalidRequest');
    expect(error.details.field).toBe(field);
    expect(error.message).toContain(reason);
  });

  it('is refused in anything but UTF-8', () => {
    const latin1 = new Uint8Array([...utf8('{"key":"'), 0xe9, ...utf8('"}')]);
    expect(errorOf(() => decodeRequest('get', latin1)).code).toBe('InvalidRequest');
  });

  it.each(['"-1"', '"1.5"', '"abc"', '"01"', '"9007199254740992"', '-1', '1.5', '9007199254740992', 'true'])(
    'is refused with the revision %s',
    (revision) => {
      const error = errorOf(() => requested('put', `{"key":"/a","value":"x","ifRevision":${revision}}`));
      expect(error.code).toBe('InvalidRevision');
      expect(error.details.given).toBe(revision.replaceAll('"', ''));
    },
  );

  it.each(['0', '2.5', '1001', '"10"', 'true'])('is refused with the limit %s', (limit) => {
    const error = errorOf(() => queryBody('list', requested('list', `{"limit":${limit}}`).body));
    expect([error.code, error.details.given]).toEqual(['InvalidLimit', limit.replaceAll('"', '')]);
  });
});
