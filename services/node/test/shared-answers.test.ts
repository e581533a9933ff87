import { decodeSharedReplies } from '@quorate/wire';
import { expect, it } from 'vitest';
import { SharedAnswers } from '../src/api/shared-answers.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const bytes = (length: number): Uint8Array => new Uint8Array(length);

function answersUpTo(maxPayloadBytes: number) {
  const payloads: Uint8Array[] = [];
  const answers = new SharedAnswers((payload) => payloads.push(payload), maxPayloadBytes);
  const ordinals = (): unknown =>
    payloads.map((payload) => decodeSharedReplies(payload)?.map(({ ordinal }) => ordinal));
  return { answers, payloads, ordinals };
}

it('sends together what is there at the end of a turn, and later what comes later', async () => {
  const { answers, ordinals } = answersUpTo(1_000);
  answers.add({ ordinal: 2, reply: bytes(1) });
  // As deep as the promises may be that one turn of the actors resolves.
  for (let hop = 0; hop < 20; hop += 1) await Promise.resolve();
  answers.add({ ordinal: 0, reply: bytes(1) });
  expect(ordinals()).toEqual([]);
  await turn();
  expect(ordinals()).toEqual([[2, 0]]);
  answers.add({ ordinal: 1, reply: bytes(1) });
  await turn();
  expect(ordinals()).toEqual([[2, 0], [1]]);
});

it('sends no more in a message than NATS takes', async () => {
  const { answers, payloads, ordinals } = answersUpTo(1_000);
  for (const [ordinal, length] of [400, 400, 400, 960, 10].entries()) answers.add({ ordinal, reply: bytes(length) });
  await turn();
  expect(ordinals()).toEqual([[0, 1], [2], [3], [4]]);
  for (const payload of payloads) expect(payload.length).toBeLessThanOrEqual(1_000);
});
