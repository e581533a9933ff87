import { SPACE, TAB } from './bytes.ts';
import { unknownOperation } from './protocol-violation.ts';

/** What begins an operation that a client may send. */
export type Verb = 'pub' | 'hpub' | 'sub' | 'unsub' | 'connect' | 'info' | '-err' | 'ping' | 'pong' | '+ok';

/** Tells which operation begins at `at`; undefined when more bytes are needed to tell. Throws when it can be none. */
export function verbAt(bytes: Buffer, at: number): Verb | undefined {
  const verb = expectedVerb(bytes[at], bytes[at + 1]);
  if (verb === undefined) return undefined;
  for (let index = 1; index < verb.length; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    if (lowerCase(byte) !== verb.charCodeAt(index)) throw unknownOperation();
  }
  const needsBlank = verb === 'pub' || verb === 'hpub' || verb === 'sub' || verb === 'unsub' || verb === '-err';
  if (!needsBlank) return verb;
  if (at + verb.length === bytes.length) return undefined;
  if (!isBlank(bytes[at + verb.length])) throw unknownOperation();
  return verb;
}

function expectedVerb(first: number | undefined, second: number | undefined): Verb | undefined {
  if (first === undefined) return undefined;
  switch (String.fromCharCode(lowerCase(first))) {
    case 'p':
      if (second === undefined) return undefined;
      if (lowerCase(second) === 0x69) return 'ping';
      return lowerCase(second) === 0x6f ? 'pong' : 'pub';
    case 'h':
      return 'hpub';
    case 's':
      return 'sub';
    case 'u':
      return 'unsub';
    case 'c':
      return 'connect';
    case 'i':
      return 'info';
    case '+':
      return '+ok';
    case '-':
      return '-err';
    default:
      throw unknownOperation();
  }
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Whether a byte separates arguments. */
export function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}
