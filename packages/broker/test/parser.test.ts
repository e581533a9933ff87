import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replyOf, subjectOf } from '../src/inbound-message.ts';
import { type OperationHandler, Parser } from '../src/parser.ts';
import { ProtocolViolation } from '../src/protocol-violation.ts';

const limits = { maxPayloadBytes: 100_000, maxControlLineBytes: 64 };

/** Writes down what a parser asks for, each message in the form in which a subscriber would get it. */
function recorder(): OperationHandler & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    hasHeaders: true,
    connect: (json) => void calls.push(`connect ${json}`),
    publish: (message) => {
      const { bytes, replyStart, headerBytes, payloadStart, end } = message;
      const tail = bytes.toString('latin1', replyStart, end);
      const payload = bytes.toString('latin1', payloadStart, end - 2);
      calls.push(`${subjectOf(message)}|${replyOf(message)}|${headerBytes}|${payload}|${tail}`);
    },
    subscribe: (subject, queue, id) => void calls.push(`subscribe ${subject} ${queue} ${id}`),
    unsubscribe: (id, maxMessages) => void calls.push(`unsubscribe ${id} ${maxMessages}`),
    ping: () => void calls.push('ping'),
    pong: () => void calls.push('pong'),
  };
}

function parseAll(pieces: readonly Buffer[]): readonly string[] {
  const handler = recorder();
  const parser = new Parser(handler, limits);
  try {
    for (const piece of pieces) parser.parse(piece);
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    handler.calls.push(`violation ${error.reply}`);
  }
  return handler.calls;
}

const everything = Buffer.from(
  'CONNECT {"verbose":false}\r\nPING\r\nPUB a.b 5\r\nhe\r\no\r\nPUB a reply 0\r\n\r\nHPUB a reply 3 5\r\nxyzhi\r\n' +
    'HPUB a 0 2\r\nhi\r\npub\ta  r\t 1 \r\nx\r\nhpub a 1 1\nh\r\nSUB a.* 1\r\nSUB a q 2\nUNSUB 1\r\nUNSUB 2 7\r\n' +
    'INFO {}\r\n+OK\r\nPONG \r\nPUB a  1\r\ny\r\nPUB \xff.b 3\r\n\0\r\n\r\nPING\r\n',
  'latin1',
);
const asked = [
  'connect {"verbose":false}',
  'ping',
  'a.b||0|he\r\no|5\r\nhe\r\no\r\n',
  'a|reply|0||reply 0\r\n\r\n',
  'a|reply|3|xyzhi|reply 3 5\r\nxyzhi\r\n',
  'a||0|hi|2\r\nhi\r\n',
  'a|r|0|x|r 1\r\nx\r\n',
  'a||1|h|1 1\r\nh\r\n',
  'subscribe a.* undefined 1',
  'subscribe a q 2',
  'unsubscribe 1 0',
  'unsubscribe 2 7',
  'pong',
  'a||0|y|1\r\ny\r\n',
  '\xff.b||0|\0\r\n|3\r\n\0\r\n\r\n',
  'ping',
];

describe('a parser gives the same answer', () => {
  test('for bytes in one piece', () => {
    expect(parseAll([everything])).toEqual(asked);
  });

  test('for bytes that are split once, wherever that is', () => {
    for (let at = 0; at <= everything.length; at++) {
      expect(parseAll([everything.subarray(0, at), everything.subarray(at)]), `split at ${at}`).toEqual(asked);
    }
  });

  test('for bytes that come one by one', () => {
    expect(parseAll([...everything].map((byte) => Buffer.from([byte])))).toEqual(asked);
  });

  test('for bytes that are split anywhere, and for garbage too', () => {
    const line = fc.constantFrom(
      'PUB a 3',
      'HPUB a r 1 3',
      'SUB a 1',
      'PING',
      'PUB a x',
      'pub  a 3',
      'PUB a  3',
      'UNSUB',
      'XY',
      'PUB a 200000',
      '-ERR x',
    );
    const lines = fc.array(fc.tuple(line, fc.constantFrom('\r\n', '\n', ' ', '\r\nxyz\r\n', '\r\nxyzz\r\n')), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(lines, fc.array(fc.nat(), { maxLength: 8 }), (written, cuts) => {
        const bytes = Buffer.from(written.flat().join(''));
        const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(parseAll(pieces)).toEqual(parseAll([bytes]));
      }),
    );
  });
});

test('a message that is handed over holds no more than its own bytes in memory, if it came in pieces', () => {
  const handler = recorder();
  let held = 0;
  const publish: OperationHandler['publish'] = ({ bytes }) => {
    held = bytes.length;
  };
  const parser = new Parser({ ...handler, publish }, limits);
  parser.parse(Buffer.from('PUB subject 50000\r\n'));
  parser.parse(Buffer.alloc(49_990, 'x'));
  parser.parse(Buffer.from(`${'x'.repeat(10)}\r\nPING\r\n`));
  expect(held).toBe('subject 50000\r\n'.length + 50_002);
});

describe('limits', () => {
  test.each([
    ['a line of the largest length', `SUB ${'x'.repeat(62)} 1\r\n`, [`subscribe ${'x'.repeat(62)} undefined 1`]],
    ['a line that is longer', `SUB ${'x'.repeat(63)} 1\r\n`, ['violation maximum control line exceeded']],
    ['a PUB that is longer', `PUB ${'x'.repeat(63)} 0\r\n\r\n`, ['violation maximum control line exceeded']],
    ['a line that has not ended', `SUB ${'x'.repeat(65)}`, ['violation maximum control line exceeded']],
    ['a payload that is too large, before it has come', 'PUB a 100001\r\n', ['violation Maximum Payload Violation']],
  ])('%s', (_name, sent, calls) => {
    expect(parseAll([Buffer.from(sent)])).toEqual(calls);
  });
});
