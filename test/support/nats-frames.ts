import type { SystemCall } from './system-calls.ts';

/** A message that a client of NATS sent, or got. */
export interface NatsFrame {
  readonly subject: string;
  readonly reply: string | null;
  readonly payload: Buffer;
  /** When the call that had its first byte began, and that with its last ended, in microseconds. */
  readonly firstAtUs: number;
  readonly lastAtUs: number;
}

const lineEnd = '\r\n';

/** The messages in what was written to one socket, or read from it, call by call. What comes before the first whole line is of an earlier call, and passed over. */
export function natsFramesIn(calls: readonly SystemCall[]): readonly NatsFrame[] {
  const stream = Buffer.concat(calls.map(({ bytes }) => bytes));
  const ends: number[] = [];
  let length = 0;
  for (const { bytes } of calls) {
    length += bytes.length;
    ends.push(length);
  }
  const callAt = (place: number): SystemCall | undefined => calls[ends.findIndex((end) => place < end)];
  const frames: NatsFrame[] = [];
  let at = 0;
  for (;;) {
    const end = stream.indexOf(lineEnd, at);
    if (end < 0) return frames;
    const begin = at;
    const words = stream.toString('latin1', begin, end).trim().split(/\s+/);
    at = end + lineEnd.length;
    const head = headOf(words);
    if (head === null) continue;
    const last = at + head.bytes + lineEnd.length;
    if (last > stream.length) return frames;
    const payload = stream.subarray(at + head.headerBytes, at + head.bytes);
    const { subject, reply } = head;
    const [firstAtUs, lastAtUs] = [callAt(begin)?.beganAtUs ?? 0, callAt(last - 1)?.endedAtUs ?? 0];
    frames.push({ subject, reply, payload, firstAtUs, lastAtUs });
    at = last;
  }
}

interface Head {
  readonly subject: string;
  readonly reply: string | null;
  readonly headerBytes: number;
  readonly bytes: number;
}

/** `PUB subject [reply] bytes`, `HPUB subject [reply] headerBytes bytes`, and `MSG` and `HMSG` with a subscription after the subject. */
function headOf([verb = '', subject = '', ...rest]: readonly string[]): Head | null {
  const kind = verb.toUpperCase();
  if (!['PUB', 'HPUB', 'MSG', 'HMSG'].includes(kind)) return null;
  const fields = kind.endsWith('MSG') ? rest.slice(1) : rest;
  const numbers = kind.startsWith('H') ? 2 : 1;
  const [headerBytes, bytes] = numbers === 2 ? fields.slice(-2).map(Number) : [0, Number(fields.at(-1))];
  const reply = fields.length > numbers ? (fields[0] ?? null) : null;
  return { subject, reply, headerBytes: headerBytes ?? 0, bytes: bytes ?? 0 };
}
