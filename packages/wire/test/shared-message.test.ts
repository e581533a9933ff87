import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeReply,
  decodeRequest,
  decodeSharedReplies,
  decodeSharedRequests,
  encodeReply,
  encodeRequest,
  encodeSharedReplies,
  encodeSharedRequests,
  MAX_SHARED_REQUESTS,
  SHARED_FRAME_BYTES,
} from '../src/api/index.ts';
import { encodeMsgpack } from '../src/config-store/index.ts';

const request = (timeoutMs: number): Uint8Array => encodeRequest({ timeoutMs, body: new Uint8Array([timeoutMs]) });
const reply = encodeReply({ kind: 'ok', body: new Uint8Array([7]), leader: null });
const noise = fc.uint8Array({ maxLength: 40 });

describe('requests that share a message', () => {
  it('come back as they went', () => {
    const shared = decodeSharedRequests(encodeSharedRequests([request(1), request(2)])) ?? [];
    expect(shared.map((bytes) => decodeRequest('put', bytes).timeoutMs)).toEqual([1, 2]);
  });

  it('are told from one request, in msgpack and in JSON, and from anything else', () => {
    const read = { consistency: 'local', maxStalenessMs: null, minRevision: 0 } as const;
    const others = [
      request(1),
      encodeRequest({ timeoutMs: 1, body: new Uint8Array(), read }),
      new Uint8Array(Buffer.from('{"key":"/a"}')),
      new Uint8Array(),
      encodeMsgpack([2, [request(1)]]),
      encodeMsgpack([1, []]),
      encodeMsgpack([1, [request(1), 'text']]),
      encodeMsgpack([1, Array.from({ length: MAX_SHARED_REQUESTS + 1 }, () => request(1))]),
    ];
    for (const bytes of others) expect(decodeSharedRequests(bytes)).toBeNull();
    fc.assert(fc.property(noise, (bytes) => decodeSharedRequests(new Uint8Array([0x92, ...bytes])) === null));
  });

  it('take no more than is allowed for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 70_000 }), { minLength: 1, maxLength: 5 }),
        (all) => {
          const bytes = all.reduce((sum, one) => sum + one.length + SHARED_FRAME_BYTES, SHARED_FRAME_BYTES);
          expect(encodeSharedRequests(all).length).toBeLessThanOrEqual(bytes);
          const replies = all.map((one, ordinal) => ({ ordinal, reply: one }));
          expect(encodeSharedReplies(replies).length).toBeLessThanOrEqual(bytes);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('replies to them', () => {
  it('come back as they went', () => {
    const shared = decodeSharedReplies(encodeSharedReplies([{ ordinal: 3, reply }])) ?? [];
    expect(shared.map(({ ordinal, reply }) => [ordinal, decodeReply(reply).kind])).toEqual([[3, 'ok']]);
  });

  it('are told from one reply, and from anything else', () => {
    for (const bytes of [reply, encodeMsgpack([1, [[0]]]), encodeMsgpack([1, [['0', reply]]]), new Uint8Array()]) {
      expect(decodeSharedReplies(bytes)).toBeNull();
    }
    fc.assert(fc.property(noise, (bytes) => decodeSharedReplies(new Uint8Array([0x92, ...bytes])) === null));
  });
});
