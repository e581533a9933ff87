import type { Socket } from 'node:net';
import type { BrokerLimits } from './broker-limits.ts';
import { type ConnectOptions, defaultConnectOptions, parseConnectOptions } from './connect-options.ts';
import { type InboundMessage, subjectOf } from './inbound-message.ts';
import { type FlushQueue, Outbound } from './outbound.ts';
import { type OperationHandler, Parser } from './parser.ts';
import { ProtocolViolation } from './protocol-violation.ts';
import type { Router } from './router.ts';
import { isLiteralSubject, isValidSubject } from './subject.ts';
import type { Subscription } from './subscription.ts';

// How long a client that broke the protocol may take to hear of it before its socket is torn down.
const FAREWELL_MS = 1_000;
// A publisher waits for a subscriber that has this share of its limit pending, but no longer than this.
const LAGGING_SHARE = 0.75;
const MAX_WAIT_MS = 100;

/** One client: what it has asked for, and the bytes between it and the router. */
export class Connection implements OperationHandler {
  readonly #socket: Socket;
  readonly #router: Router;
  readonly #limits: BrokerLimits;
  readonly #parser: Parser;
  readonly #outbound: Outbound;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #pingTimer: NodeJS.Timeout;
  #options: ConnectOptions = defaultConnectOptions;
  #unansweredPings = 0;
  #isActive = false;
  #isClosed = false;
  #isWaiting = false;
  #isLagging = false;
  /** Publishers that wait until this client has caught up. */
  #waiters: (() => void)[] = [];

  /** Greets the client with INFO and serves it until either side closes. */
  constructor(socket: Socket, info: object, router: Router, flushQueue: FlushQueue, limits: BrokerLimits) {
    this.#socket = socket;
    this.#router = router;
    this.#limits = limits;
    this.#parser = new Parser(this, limits);
    this.#outbound = new Outbound(socket, flushQueue);
    this.#pingTimer = setInterval(() => this.#checkAlive(), limits.pingIntervalMs);
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('drain', () => this.#caughtUp());
    // Whatever went wrong, `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#leave());
    this.#outbound.addText(`INFO ${JSON.stringify(info)}\r\n`);
  }

  /** What the client calls itself; empty if it does not say. */
  get name(): string {
    return this.#options.name;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get hasHeaders(): boolean {
    return this.#options.headers;
  }

  get wantsEcho(): boolean {
    return this.#options.echo;
  }

  get wantsNoResponders(): boolean {
    return this.#options.noResponders;
  }

  /** Whether so much waits for this client that it may soon be cut off. */
  get isLagging(): boolean {
    return this.#isLagging;
  }

  connect(json: string): void {
    this.#options = parseConnectOptions(json, this.#options);
    this.#confirm();
  }

  publish(message: InboundMessage): void {
    if (this.#options.pedantic && !isLiteralSubject(subjectOf(message))) this.#complain('Invalid Publish Subject');
    this.#confirm();
    this.#router.publish(this, message);
  }

  subscribe(subject: string, queue: string | undefined, id: string): void {
    if (this.#isClosed) return;
    if (!isValidSubject(subject)) {
      this.#complain('Invalid Subject');
      return;
    }
    if (!this.#subscriptions.has(id)) {
      const idBytes = Buffer.from(` ${id} `, 'latin1');
      const subscription = { connection: this, id, idBytes, subject, queue, delivered: 0, maxMessages: 0 };
      this.#subscriptions.set(id, subscription);
      this.#router.add(subscription);
    }
    this.#confirm();
  }

  unsubscribe(id: string, maxMessages: number): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription !== undefined) {
      if (maxMessages > subscription.delivered) subscription.maxMessages = maxMessages;
      else this.#remove(subscription);
    }
    this.#confirm();
  }

  ping(): void {
    this.#outbound.addText('PONG\r\n');
  }

  pong(): void {
    this.#unansweredPings = 0;
  }

  /** Sends a message to one of this client's subscriptions. Returns false when the client is gone. */
  send(subscription: Subscription, message: InboundMessage): boolean {
    if (this.#isClosed) return false;
    subscription.delivered++;
    this.#outbound.addMessage(subscription, message, this.#options.headers);
    if (subscription.delivered === subscription.maxMessages) this.#remove(subscription);

    const { pendingBytes } = this.#outbound;
    this.#isLagging = pendingBytes > this.#limits.maxPendingBytes * LAGGING_SHARE;
    if (pendingBytes > this.#limits.maxPendingBytes) this.#cutOff();
    return true;
  }

  /** Tells this client that nobody heard its request. */
  sendNoResponders(subscription: Subscription, reply: string): void {
    this.#outbound.addText(`HMSG ${reply} ${subscription.id} 16 16\r\nNATS/1.0 503\r\n\r\n\r\n`);
  }

  /** Reads nothing more from this client until the other one has caught up, or for a moment: publishers must not outrun subscribers. */
  waitFor(other: Connection): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#socket.pause();
    const goOn = () => {
      clearTimeout(timer);
      this.#isWaiting = false;
      this.#socket.resume();
    };
    const timer = setTimeout(goOn, MAX_WAIT_MS);
    other.#waiters.push(goOn);
  }

  /** Ends the connection at once; what has been gathered for the client still goes to the socket. */
  close(): void {
    this.#outbound.flush();
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    if (this.#isClosed) return;
    this.#isActive = true;
    try {
      this.#parser.parse(bytes);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.#end(error.reply);
    }
  }

  /** Says goodbye, and reads on for a while: to close over unread bytes would destroy the goodbye on its way. */
  #end(reply?: string): void {
    if (reply !== undefined) this.#complain(reply);
    this.#outbound.flush();
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), FAREWELL_MS).unref();
    this.#leave();
  }

  /** Ends a slow consumer at once, so that what it does not read cannot fill the memory. */
  #cutOff(): void {
    this.#leave();
    this.#socket.destroy();
  }

  #leave(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#pingTimer);
    for (const subscription of this.#subscriptions.values()) this.#router.remove(subscription);
    this.#subscriptions.clear();
    this.#caughtUp();
  }

  #caughtUp(): void {
    this.#isLagging = false;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const goOn of waiters) goOn();
  }

  #checkAlive(): void {
    const wasActive = this.#isActive;
    this.#isActive = false;
    if (wasActive) return;
    if (this.#unansweredPings >= this.#limits.maxPingsOut) {
      this.#end('Stale Connection');
      return;
    }
    this.#unansweredPings++;
    this.#outbound.addText('PING\r\n');
  }

  #remove(subscription: Subscription): void {
    this.#subscriptions.delete(subscription.id);
    this.#router.remove(subscription);
  }

  #confirm(): void {
    if (this.#options.verbose) this.#outbound.addText('+OK\r\n');
  }

  #complain(text: string): void {
    this.#outbound.addText(`-ERR '${text}'\r\n`);
  }
}
