import { logIndex, term } from '@quorate/raft';
import { describe, expect, it } from 'vitest';
import {
  decodeRequest,
  decodeSnapshotStretch,
  decodeStagedSnapshot,
  decodeTakenSnapshot,
  encodeJsonReply,
  encodeSnapshotRead,
  encodeSnapshotRequest,
  encodeSnapshotStage,
  encodeSnapshotStretch,
  encodeStagedSnapshot,
  encodeTakenSnapshot,
  errorFromData,
  MalformedMessage,
  SnapshotProblem,
  snapshotBody,
  snapshotReadBody,
  snapshotStageBody,
} from '../src/api/index.ts';
import { encodeMsgpack } from '../src/config-store/index.ts';

const id = '7-2-0123456789abcdef';
const taken = { id, index: logIndex(7), term: term(2), revision: 5, bytes: 600, isNew: true };
const stretch = { offset: 3, bytes: new Uint8Array([1, 2]), checksum: 9 };
const stage = { content: 'ab'.repeat(32), fileBytes: 600, ...stretch };
const json = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const replyText = (endpoint: Parameters<typeof encodeJsonReply>[0], body: Uint8Array): unknown =>
  JSON.parse(Buffer.from(encodeJsonReply(endpoint, { kind: 'ok', body, leader: null })).toString());

describe('requests about snapshots', () => {
  it('come back as they were', () => {
    expect(snapshotBody(encodeSnapshotRequest({ isLinearizable: true }))).toEqual({ isLinearizable: true });
    const read = { id, offset: 0, maxBytes: 100 };
    expect(snapshotReadBody(encodeSnapshotRead(read))).toEqual(read);
    expect(snapshotStageBody(encodeSnapshotStage(stage))).toEqual(stage);
  });

  it('are the same in JSON', () => {
    const bodyOf = (endpoint: Parameters<typeof decodeRequest>[0], text: string): Uint8Array =>
      decodeRequest(endpoint, json(text)).body;
    expect(snapshotBody(bodyOf('snapshot', '{}'))).toEqual({ isLinearizable: false });
    expect(snapshotBody(bodyOf('snapshot', '{"linearizable":true,"timeoutMs":9}'))).toEqual({ isLinearizable: true });
    const read = { id, offset: 0, maxBytes: 100 };
    expect(snapshotReadBody(bodyOf('snapshot-read', JSON.stringify({ ...read, timeoutMs: 9 })))).toEqual(read);
    const { bytes: _, ...rest } = stage;
    const text = JSON.stringify({ ...rest, bytesBase64: 'AQI=', timeoutMs: 9 });
    expect(snapshotStageBody(bodyOf('snapshot-stage', text))).toEqual(stage);
  });

  it.each([
    ['a snapshot', () => snapshotBody(encodeMsgpack({ isLinearizable: 'yes' }))],
    [
      'an id that leads elsewhere',
      () => snapshotReadBody(encodeSnapshotRead({ id: '../log', offset: 0, maxBytes: 1 })),
    ],
    ['no bytes', () => snapshotReadBody(encodeSnapshotRead({ id, offset: 0, maxBytes: 0 }))],
    ['an offset', () => snapshotReadBody(encodeSnapshotRead({ id, offset: -1, maxBytes: 1 }))],
    ['a name that leads elsewhere', () => snapshotStageBody(encodeSnapshotStage({ ...stage, content: '../x' }))],
    ['bytes that are none', () => snapshotStageBody(encodeMsgpack({ ...stage, bytes: 'x' }))],
    ['noise', () => snapshotStageBody(json('noise'))],
  ])('are refused: %s', (_what, read) => {
    expect(read).toThrow('invalid request');
  });
});

describe('replies about snapshots', () => {
  it('come back as they were', () => {
    expect(decodeTakenSnapshot(encodeTakenSnapshot(taken))).toEqual(taken);
    expect(decodeSnapshotStretch(encodeSnapshotStretch(stretch))).toEqual(stretch);
    const staged = { storedBytes: 3, isWhole: false };
    expect(decodeStagedSnapshot(encodeStagedSnapshot(staged))).toEqual(staged);
  });

  it('have numbers of 64 bits as texts, and bytes in base64, in JSON', () => {
    const text = { ...taken, index: '7', term: '2', revision: '5' };
    expect(replyText('snapshot', encodeTakenSnapshot(taken))).toEqual(text);
    expect(replyText('snapshot-read', encodeSnapshotStretch(stretch))).toEqual({
      offset: 3,
      bytesBase64: 'AQI=',
      checksum: 9,
    });
    const staged = { storedBytes: 3, isWhole: false };
    expect(replyText('snapshot-stage', encodeStagedSnapshot(staged))).toEqual(staged);
  });

  it('that are none are MalformedMessage', () => {
    for (const decode of [decodeTakenSnapshot, decodeSnapshotStretch, decodeStagedSnapshot]) {
      expect(() => decode(encodeMsgpack({ id: 'x' }))).toThrow(MalformedMessage);
    }
  });

  it('name a problem by its code', () => {
    const problem = new SnapshotProblem({ code: 'SnapshotGone', message: 'it is gone' });
    const again = errorFromData(problem.toData());
    expect(again).toBeInstanceOf(SnapshotProblem);
    expect(again).toMatchObject({ code: 'SnapshotGone', message: 'it is gone' });
  });
});
