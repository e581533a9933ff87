import { logIndex, term, type WriteStages } from '@quorate/raft';
import { describe, expect, it } from 'vitest';
import {
  decodeRequest,
  decodeStages,
  encodeJsonReply,
  encodeStages,
  encodeStagesRequest,
  InvalidRequest,
  MalformedMessage,
  nodeIdSchema,
  stagesBody,
} from '../src/api/index.ts';
import { encodeMsgpack } from '../src/config-store/index.ts';

const node = nodeIdSchema.parse('n1');
const write: WriteStages = {
  index: logIndex(7),
  term: term(2),
  gateway: { receivedAtMs: 0.5, proposedAtMs: 1, answeredAtMs: 9 },
  leader: {
    takenAtMs: 1,
    placedAtMs: 2,
    committedAtMs: null,
    completedBy: node,
    settledAtMs: 8,
    peers: [{ peer: node, sentAtMs: 3, heardAtMs: null }],
  },
  log: {
    receivedAtMs: 2,
    appendedAtMs: 3,
    batchEntries: 1,
    flushBeganAtMs: 3,
    flushEndedAtMs: null,
    repliedAtMs: null,
  },
  applier: null,
};
const remembered = { node, nowMs: 12.25, writes: [write] };
const bodyOf = (text: string): Uint8Array => decodeRequest('stages', new Uint8Array(Buffer.from(text))).body;

describe('requests of stages', () => {
  it('come back as they were', () => {
    const request = { indexes: [logIndex(7), logIndex(9)], slowest: 3 };
    expect(stagesBody(encodeStagesRequest(request))).toEqual(request);
  });

  it('are the same in JSON', () => {
    expect(stagesBody(bodyOf('{"indexes":["7",9]}'))).toEqual({ indexes: [7, 9], slowest: 0 });
    expect(stagesBody(bodyOf('{"slowest":3,"timeoutMs":9}'))).toEqual({ indexes: [], slowest: 3 });
  });

  it.each([
    ['no object', () => stagesBody(encodeMsgpack(7))],
    ['no msgpack', () => stagesBody(new Uint8Array([0xc1]))],
    ['index 0', () => stagesBody(bodyOf('{"indexes":[0]}'))],
    ['no index', () => stagesBody(bodyOf('{"indexes":["x"]}'))],
    ['too many', () => stagesBody(bodyOf(JSON.stringify({ indexes: Array.from({ length: 101 }, () => 1) })))],
    ['too many of the slowest', () => stagesBody(bodyOf('{"slowest":101}'))],
    ['part of one', () => stagesBody(bodyOf('{"slowest":1.5}'))],
    ['no list', () => bodyOf('{"indexes":7}')],
    ['an unknown field', () => bodyOf('{"index":7}')],
  ])('are refused: %s', (_, read) => {
    expect(read).toThrow(InvalidRequest);
  });
});

describe('replies of stages', () => {
  it('come back as they were', () => {
    expect(decodeStages(encodeStages(remembered))).toEqual(remembered);
  });

  it('have numbers of 64 bits as texts in JSON', () => {
    const reply = { kind: 'ok', body: encodeStages(remembered), leader: null } as const;
    expect(JSON.parse(Buffer.from(encodeJsonReply('stages', reply)).toString())).toEqual({
      ...remembered,
      writes: [{ ...write, index: '7', term: '2' }],
    });
  });

  it('that are none are refused', () => {
    expect(() => decodeStages(encodeMsgpack({ node: 'n1', writes: [{}] }))).toThrow(MalformedMessage);
  });
});
