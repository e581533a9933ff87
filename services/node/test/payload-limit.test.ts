import { defaultRaftSettings } from '@quorate/raft';
import { expect, test } from 'vitest';
import { neededPayloadBytes, PayloadLimitTooLow, payloadStatus } from '../src/payload-limit.ts';

test('what nodes need is no more than NATS servers take unless they are told otherwise, and has room for a batch', () => {
  expect(payloadStatus(1024 * 1024)).toEqual({ maxBytes: 1_048_576, neededBytes: 1_048_576, isLow: false });
  expect(neededPayloadBytes).toBeGreaterThanOrEqual(defaultRaftSettings.maxBatchBytes + 64 * 1024);
  expect(payloadStatus(undefined)).toBeNull();
});

test('one byte less is too little, and the error says both', () => {
  const status = { maxBytes: 1_048_575, neededBytes: 1_048_576, isLow: true };
  expect(payloadStatus(1_048_575)).toEqual(status);
  expect(new PayloadLimitTooLow({ ...status, server: 'a:4222' })).toMatchObject({
    code: 'PayloadLimitTooLow',
    maxBytes: 1_048_575,
    neededBytes: 1_048_576,
    message:
      'the NATS server a:4222 takes messages of 1048575 bytes at most, and nodes send up to 1048576: raise its max_payload',
  });
});
