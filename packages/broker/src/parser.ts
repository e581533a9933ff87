import { CARRIAGE_RETURN, LINE_FEED, SPACE } from './bytes.ts';
import { emptyMessage, type InboundMessage } from './inbound-message.ts';
import { ProtocolViolation, unknownOperation } from './protocol-violation.ts';
import { parseSize, parseSizeText } from './size.ts';
import { isBlank, verbAt } from './verb.ts';

/** Does what a client asks for. Every method may throw a ProtocolViolation, which ends the connection. */
export interface OperationHandler {
  /** Whether the client may send headers, as its CONNECT says. */
  readonly hasHeaders: boolean;
  connect(json: string): void;
  /** The message is valid during the call only. */
  publish(message: InboundMessage): void;
  subscribe(subject: string, queue: string | undefined, id: string): void;
  /** The subscription ends after so many messages in all; at once when `maxMessages` is not positive. */
  unsubscribe(id: string, maxMessages: number): void;
  ping(): void;
  pong(): void;
}

/** What a client may send at most. */
export interface ParserLimits {
  /** Payload of a message, headers included. */
  readonly maxPayloadBytes: number;
  /** The arguments of one operation. */
  readonly maxControlLineBytes: number;
}

/** Takes the bytes of one client apart, however they are split. Throws a ProtocolViolation where the client breaks the protocol. */
export class Parser {
  readonly #handler: OperationHandler;
  readonly #limits: ParserLimits;
  readonly #message: InboundMessage = emptyMessage();
  /** The beginning of an operation whose line is not complete. */
  #carry: Buffer | undefined;
  /** A message of which a part has come: it has the length of the whole. */
  #assembly: Buffer | undefined;
  #assembled = 0;

  constructor(handler: OperationHandler, limits: ParserLimits) {
    this.#handler = handler;
    this.#limits = limits;
  }

  /** Takes what the client sent next. */
  parse(received: Buffer): void {
    let bytes = received;
    let at = 0;
    if (this.#assembly !== undefined) {
      at = this.#assemble(this.#assembly, bytes, 0);
    } else if (this.#carry !== undefined) {
      bytes = Buffer.concat([this.#carry, received]);
      this.#carry = undefined;
    }
    while (at < bytes.length) {
      const next = this.#fastMessage(bytes, at);
      at = next > at ? next : this.#operation(bytes, at);
    }
  }

  /**
   * Handles a PUB or HPUB whose line is complete and written in the usual way. Returns where it ends; `at` for all else.
   */
  #fastMessage(bytes: Buffer, at: number): number {
    // Upper case, as every client writes it: P U B space, or H P U B space.
    const isPub = bytes[at] === 0x50 && bytes[at + 1] === 0x55 && bytes[at + 2] === 0x42 && bytes[at + 3] === SPACE;
    const isHpub =
      !isPub &&
      bytes[at] === 0x48 &&
      bytes[at + 1] === 0x50 &&
      bytes[at + 2] === 0x55 &&
      bytes[at + 3] === 0x42 &&
      bytes[at + 4] === SPACE;
    if (!isPub && !isHpub) return at;

    const start = isPub ? at + 4 : at + 5;
    let spaces = 0;
    let firstSpace = -1;
    let secondSpace = -1;
    let lastSpace = start - 1;
    let end = start;
    for (; end < bytes.length; end++) {
      const byte = bytes[end] ?? 0;
      if (byte > SPACE) continue;
      if (byte !== SPACE) break;
      if (end === lastSpace + 1) return at;
      spaces++;
      if (spaces === 1) firstSpace = end;
      else if (spaces === 2) secondSpace = end;
      lastSpace = end;
    }
    if (bytes[end] !== CARRIAGE_RETURN || bytes[end + 1] !== LINE_FEED) return at;
    if (end - start > this.#limits.maxControlLineBytes) return at;
    const sizes = isPub ? 1 : 2;
    if (spaces !== sizes && spaces !== sizes + 1) return at;
    if (end === lastSpace + 1) return at;

    const hasReply = spaces > sizes;
    const size = parseSize(bytes, lastSpace + 1, end);
    const headerStart = hasReply ? secondSpace + 1 : firstSpace + 1;
    const headerBytes = isPub ? 0 : parseSize(bytes, headerStart, lastSpace);
    this.#checkSizes(isPub, headerBytes, size);
    // The subscriber gets such a message as if it had come by PUB.
    if (isHpub && headerBytes === 0) return at;

    const message = this.#message;
    message.subjectStart = start;
    message.subjectEnd = firstSpace;
    message.replyStart = firstSpace + 1;
    message.replyEnd = hasReply ? secondSpace : firstSpace + 1;
    message.headerBytes = headerBytes;
    message.payloadStart = end + 2;
    message.end = end + 2 + size + 2;
    if (message.end <= bytes.length) {
      message.bytes = bytes;
      const next = message.end;
      this.#publish();
      return next;
    }
    return this.#startAssembly(Buffer.allocUnsafe(message.end - start), bytes, start);
  }

  /** Keeps the beginning of a message, from its subject on, until the rest has come. */
  #startAssembly(whole: Buffer, bytes: Buffer, start: number): number {
    const message = this.#message;
    message.bytes = whole;
    message.subjectStart -= start;
    message.subjectEnd -= start;
    message.replyStart -= start;
    message.replyEnd -= start;
    message.payloadStart -= start;
    message.end -= start;
    this.#assembly = whole;
    this.#assembled = 0;
    return this.#assemble(whole, bytes, start);
  }

  #assemble(whole: Buffer, bytes: Buffer, at: number): number {
    const copied = bytes.copy(whole, this.#assembled, at);
    this.#assembled += copied;
    if (this.#assembled === whole.length) {
      this.#assembly = undefined;
      this.#publish();
    }
    return at + copied;
  }

  #publish(): void {
    const { bytes, end } = this.#message;
    if (bytes[end - 2] !== CARRIAGE_RETURN || bytes[end - 1] !== LINE_FEED) throw unknownOperation();
    this.#handler.publish(this.#message);
  }

  #checkSizes(isPub: boolean, headerBytes: number, size: number): void {
    if (!isPub && !this.#handler.hasHeaders) throw new ProtocolViolation();
    if (size < 0 || headerBytes < 0 || headerBytes > size) throw new ProtocolViolation();
    if (size > this.#limits.maxPayloadBytes) throw new ProtocolViolation('Maximum Payload Violation');
  }

  /** Handles any operation in any spelling that is allowed, and returns where it ends: the end of the bytes if it is not complete. */
  #operation(bytes: Buffer, at: number): number {
    const verb = verbAt(bytes, at);
    if (verb === undefined) return this.#keep(bytes.subarray(at), bytes.length);

    if (verb === 'ping' || verb === 'pong' || verb === '+ok') {
      const end = bytes.indexOf(LINE_FEED, at + verb.length);
      // Whatever stands between these verbs and the end of their line means nothing: there is no need to keep it.
      if (end < 0) return this.#keep(bytes.subarray(at, at + verb.length), bytes.length);
      if (verb === 'ping') this.#handler.ping();
      else if (verb === 'pong') this.#handler.pong();
      return end + 1;
    }

    let start = at + verb.length;
    while (start < bytes.length && isBlank(bytes[start])) start++;
    const lineFeed = bytes.indexOf(LINE_FEED, start);
    const end = lineFeed < 0 ? bytes.length : lineFeed;
    const argsEnd = lineFeed > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    if (argsEnd - start > this.#limits.maxControlLineBytes) {
      throw new ProtocolViolation('maximum control line exceeded');
    }
    if (lineFeed < 0) return this.#keep(Buffer.concat([Buffer.from(`${verb} `), bytes.subarray(start)]), bytes.length);

    if (verb === 'pub' || verb === 'hpub') return this.#unusualMessage(verb, bytes, start, argsEnd, end + 1);
    this.#line(verb, bytes, start, argsEnd);
    return end + 1;
  }

  #keep(beginning: Buffer, next: number): number {
    this.#carry = Buffer.from(beginning);
    return next;
  }

  #line(verb: 'sub' | 'unsub' | 'connect' | 'info' | '-err', bytes: Buffer, start: number, end: number): void {
    if (verb === 'connect') {
      this.#handler.connect(bytes.toString('utf8', start, end));
      return;
    }
    if (verb === 'info') return;
    if (verb === '-err') throw new ProtocolViolation();

    const args = bytes.toString('latin1', start, end).match(/[^ \t\r]+/g) ?? [];
    const [first, second, third] = args;
    if (first === undefined || args.length > 3) throw new ProtocolViolation();
    if (verb === 'unsub') {
      if (third !== undefined) throw new ProtocolViolation();
      this.#handler.unsubscribe(first, second === undefined ? 0 : parseSizeText(second));
      return;
    }
    if (second === undefined) throw new ProtocolViolation();
    if (third === undefined) this.#handler.subscribe(first, undefined, second);
    else this.#handler.subscribe(first, second, third);
  }

  /** Rewrites the line of a message, spelt in lower case or with odd spaces, in canonical form. */
  #unusualMessage(verb: 'pub' | 'hpub', bytes: Buffer, start: number, end: number, next: number): number {
    const args = bytes.toString('latin1', start, end).match(/[^ \t]+/g) ?? [];
    const sizes = verb === 'pub' ? 1 : 2;
    if (args.length !== sizes + 1 && args.length !== sizes + 2) throw new ProtocolViolation();
    const [subject = '', second = ''] = args;
    const reply = args.length === sizes + 2 ? second : '';
    const sizeText = args.at(-1) ?? '';
    const size = parseSizeText(sizeText);
    const headerText = verb === 'pub' ? '0' : (args.at(-2) ?? '');
    const headerBytes = parseSizeText(headerText);
    this.#checkSizes(verb === 'pub', headerBytes, size);

    const head = reply === '' ? `${subject} ` : `${subject} ${reply} `;
    const line = `${head}${headerBytes === 0 ? '' : `${headerText} `}${sizeText}\r\n`;
    const whole = Buffer.allocUnsafe(line.length + size + 2);
    whole.write(line, 0, 'latin1');
    const message = this.#message;
    message.bytes = whole;
    message.subjectStart = 0;
    message.subjectEnd = subject.length;
    message.replyStart = subject.length + 1;
    message.replyEnd = message.replyStart + reply.length;
    message.headerBytes = headerBytes;
    message.payloadStart = line.length;
    message.end = whole.length;
    this.#assembly = whole;
    this.#assembled = line.length;
    return this.#assemble(whole, bytes, next);
  }
}
