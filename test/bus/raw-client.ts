import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const WAIT_MS = 5_000;

type Verdict = 'yes' | 'not yet' | 'never';

/** A client that writes and reads the protocol as it stands, one character for each byte. */
export class RawClient {
  readonly #socket: Socket;
  #received = '';
  #hasEnded = false;
  /** Looks again at what has come. */
  #look: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      this.#received += bytes.toString('latin1');
      this.#look();
    });
    const end = () => {
      this.#hasEnded = true;
      this.#look();
    };
    socket.on('error', () => undefined);
    socket.on('end', end);
    socket.on('close', end);
  }

  /** Connects and takes the server's INFO, but says nothing yet. */
  static async open(port: number): Promise<{ client: RawClient; info: Record<string, unknown> }> {
    const socket = connect(port, '127.0.0.1');
    const client = new RawClient(socket);
    await once(socket, 'connect');
    const line = await client.readUntil('\r\n');
    return { client, info: JSON.parse(line.replace(/^INFO /, '')) };
  }

  /** Connects and says CONNECT: not verbose and not pedantic but for what `options` says. */
  static async connected(port: number, options: Record<string, unknown> = {}): Promise<RawClient> {
    const { client } = await RawClient.open(port);
    client.send(connectLine(options));
    return client;
  }

  send(bytes: string): void {
    this.#socket.write(bytes, 'latin1');
  }

  /** Waits until the server has sent this; throws as soon as it sends anything else. */
  async expect(expected: string): Promise<void> {
    await this.#wait(shorten(expected), () => {
      if (this.#received.startsWith(expected)) return 'yes';
      return expected.startsWith(this.#received) ? 'not yet' : 'never';
    });
    this.#received = this.#received.slice(expected.length);
  }

  /** Waits until the server has sent this, and returns all that came up to its end. */
  async readUntil(text: string): Promise<string> {
    await this.#wait(text, () => (this.#received.includes(text) ? 'yes' : 'not yet'));
    const end = this.#received.indexOf(text) + text.length;
    const read = this.#received.slice(0, end);
    this.#received = this.#received.slice(end);
    return read;
  }

  /** Waits until the server has ended the connection; throws if it sends anything before. */
  async expectEnd(): Promise<void> {
    await this.#wait('the end', () => {
      if (this.#received !== '') return 'never';
      return this.#hasEnded ? 'yes' : 'not yet';
    });
  }

  /** Waits until the server has done all that was sent so far; throws if it sends anything but the answer to this. */
  async expectNothingMore(): Promise<void> {
    this.send('PING\r\n');
    await this.expect('PONG\r\n');
  }

  /** Stops reading, as a client that hangs. */
  pauseReading(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.destroy();
  }

  async #wait(what: string, judge: () => Verdict): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => {
        const got = `${JSON.stringify(shorten(this.#received))}${this.#hasEnded ? ' and the end' : ''}`;
        reject(new Error(`${why} ${JSON.stringify(what)}, got ${got}`));
      };
      const timer = setTimeout(() => fail('waited in vain for'), WAIT_MS);
      this.#look = () => {
        const verdict = judge();
        if (verdict === 'not yet' && !this.#hasEnded) return;
        clearTimeout(timer);
        this.#look = () => undefined;
        if (verdict === 'yes') resolve();
        else fail('expected');
      };
      this.#look();
    });
  }
}

/** CONNECT, not verbose and not pedantic but for what `options` says. */
export function connectLine(options: Record<string, unknown> = {}): string {
  return `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, ...options })}\r\n`;
}

function shorten(text: string): string {
  return text.replaceAll(/(.)\1{99,}/g, (run: string) => `<${run.length} × ${run[0]}>`);
}
