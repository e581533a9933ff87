import { describe, expect, it, test } from 'vitest';
import {
  decodeRequest,
  decodeTapped,
  decodeTappedMessage,
  encodeJsonReply,
  encodeTapped,
  encodeTappedMessage,
  encodeTapRequest,
  InvalidRequest,
  isActor,
  MalformedMessage,
  TAP_MS,
  tapBody,
  tapSubject,
} from '../src/api/index.ts';
import { encodeMsgpack } from '../src/config-store/index.ts';

const bodyOf = (text: string): Uint8Array => decodeRequest('tap', new Uint8Array(Buffer.from(text))).body;

describe('requests of tap', () => {
  it('come back as they were, and are the same in JSON', () => {
    expect(tapBody(encodeTapRequest({ actor: 'replicator/n2' }))).toEqual({ actor: 'replicator/n2' });
    expect(tapBody(bodyOf('{"actor":"logStore","timeoutMs":9}'))).toEqual({ actor: 'logStore' });
  });

  it.each(['', 'nobody', 'replicator', 'replicator/', 'replicator/n2/x', 'replicator/*', 'logStore/n2', '>'])(
    'are refused where there is no actor %j',
    (actor) => {
      expect(() => tapBody(encodeTapRequest({ actor }))).toThrow(InvalidRequest);
      expect(isActor(actor)).toBe(false);
      expect(() => tapSubject('main', 'config', 'n1', actor)).toThrow(RangeError);
    },
  );

  it.each([new Uint8Array([0xc1]), encodeMsgpack({ actor: 7 }), encodeMsgpack(null)])(
    'are refused if they are none',
    (body) => {
      expect(() => tapBody(body)).toThrow(InvalidRequest);
    },
  );
});

test('replies say for how long', () => {
  expect(decodeTapped(encodeTapped())).toEqual({ forMs: TAP_MS });
  expect(() => decodeTapped(encodeMsgpack({}))).toThrow(MalformedMessage);
  const json = encodeJsonReply('tap', { kind: 'ok', body: encodeTapped(), leader: null });
  expect(JSON.parse(Buffer.from(json).toString())).toEqual({ forMs: TAP_MS });
});

test('an actor is shown under a subject of its own', () => {
  expect(tapSubject('main', 'config', 'n1', 'logStore')).toBe('quorate.main.tap.config.n1.logStore');
  expect(tapSubject('main', 'config', 'n1', 'replicator/n2')).toBe('quorate.main.tap.config.n1.replicator.n2');
});

test('messages come back as they were, and what is none is passed over', () => {
  const message = { atMs: 5, from: 'n2', kind: 'append', fields: { term: 3 }, skipped: 1 };
  expect(decodeTappedMessage(encodeTappedMessage(message))).toEqual(message);
  for (const text of ['', '{', '{}', '7', '{"atMs":"5"}']) expect(decodeTappedMessage(text)).toBeNull();
});
