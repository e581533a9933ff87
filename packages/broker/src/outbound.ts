import type { Socket } from 'node:net';
import { copyBytes, SPACE } from './bytes.ts';
import type { InboundMessage } from './inbound-message.ts';
import type { Subscription } from './subscription.ts';

const SLAB_BYTES = 64 * 1024;
// What is longer than this goes to the socket as it is, without a copy.
const DIRECT_BYTES = 16 * 1024;

/** Calls every outbound that has gathered something, once in a turn of the event loop, after all sockets have been read. */
export class FlushQueue {
  #waiting: Outbound[] = [];

  add(outbound: Outbound): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(outbound);
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const outbound of waiting) outbound.flush();
  }
}

/** Gathers what goes to one socket, so that a turn of the event loop makes for one write, and knows how much waits there. */
export class Outbound {
  readonly #socket: Socket;
  readonly #flushQueue: FlushQueue;
  /** Bytes are added at #end; those from #start on are not with the socket yet. A slab is never written twice. */
  #slab: Buffer = Buffer.allocUnsafeSlow(0);
  #start = 0;
  #end = 0;
  #queued = false;

  constructor(socket: Socket, flushQueue: FlushQueue) {
    this.#socket = socket;
    this.#flushQueue = flushQueue;
  }

  /** Bytes that the operating system has not taken yet. */
  get pendingBytes(): number {
    return this.#socket.writableLength + this.#end - this.#start;
  }

  /** Adds text of the protocol; each character is one byte. */
  addText(text: string): void {
    this.#reserve(text.length);
    this.#end += this.#slab.write(text, this.#end, 'latin1');
  }

  /** Adds a message as MSG, or as HMSG if it has headers and the subscriber knows them. */
  addMessage(subscription: Subscription, message: InboundMessage, withHeaders: boolean): void {
    const { bytes, end } = message;
    const { idBytes } = subscription;
    if (message.headerBytes > 0 && !withHeaders) {
      this.#addWithoutHeaders(subscription, message);
      return;
    }

    // What follows the subscription's id is the same bytes that came.
    const tailStart = message.replyStart;
    const tailBytes = end - tailStart;
    const direct = tailBytes > DIRECT_BYTES;
    const headBytes = 5 + message.subjectEnd - message.subjectStart + idBytes.length;
    this.#reserve(direct ? headBytes : headBytes + tailBytes);

    const slab = this.#slab;
    let at = this.#end;
    if (message.headerBytes > 0) slab[at++] = 0x48; // H
    slab[at++] = 0x4d; // M
    slab[at++] = 0x53; // S
    slab[at++] = 0x47; // G
    slab[at++] = SPACE;
    at = copyBytes(bytes, message.subjectStart, message.subjectEnd, slab, at);
    at = copyBytes(idBytes, 0, idBytes.length, slab, at);
    this.#end = direct ? at : copyBytes(bytes, tailStart, end, slab, at);
    if (direct) this.#addDirectly(bytes.subarray(tailStart, end));
  }

  /** Hands to the socket what has been gathered. */
  flush(): void {
    this.#queued = false;
    this.#handOver();
  }

  #addWithoutHeaders(subscription: Subscription, message: InboundMessage): void {
    const { bytes, end, headerBytes, payloadStart } = message;
    const subject = bytes.toString('latin1', message.subjectStart, message.subjectEnd);
    const reply = bytes.toString('latin1', message.replyStart, message.replyEnd);
    const payload = bytes.subarray(payloadStart + headerBytes, end);
    this.addText(`MSG ${subject} ${subscription.id} ${reply}${reply === '' ? '' : ' '}${payload.length - 2}\r\n`);
    if (payload.length > DIRECT_BYTES) {
      this.#addDirectly(payload);
      return;
    }
    this.#reserve(payload.length);
    this.#end = copyBytes(payload, 0, payload.length, this.#slab, this.#end);
  }

  #addDirectly(bytes: Buffer): void {
    this.#socket.cork();
    this.#handOver();
    this.#socket.write(bytes);
    this.#socket.uncork();
  }

  /** Makes room for so many bytes in the slab, and sees to it that they will be flushed. */
  #reserve(bytes: number): void {
    if (this.#end + bytes > this.#slab.length) {
      this.#handOver();
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
      this.#start = 0;
      this.#end = 0;
    }
    if (this.#queued) return;
    this.#queued = true;
    this.#flushQueue.add(this);
  }

  #handOver(): void {
    if (this.#start === this.#end || this.#socket.destroyed) return;
    this.#socket.write(this.#slab.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}
