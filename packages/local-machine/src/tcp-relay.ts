import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Where a relay leads to. */
export interface TcpRelayOptions {
  readonly host: string;
  readonly port: number;
}

/**
 * A port of loopback that leads to another server, and can be cut. While it is cut nothing gets through, and neither side is told: its
 * connections stay open, new ones are taken and lead nowhere. When it is mended all that was held up goes on its way, as TCP does. It
 * can also be torn down: then both sides see their connections end, and there are no new ones until it is mended.
 */
export class TcpRelay {
  readonly port: number;
  readonly #target: TcpRelayOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #isTornDown = false;

  private constructor(target: TcpRelayOptions, server: Server, port: number) {
    this.#target = target;
    this.#server = server;
    this.port = port;
    server.on('connection', (socket) => this.#join(socket));
  }

  /** Starts one on a free port. Whoever gets it has to close it. */
  static async start(target: TcpRelayOptions): Promise<TcpRelay> {
    // What one side has sent when it ends is still to reach the other.
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpRelay(target, server, portOf(server));
  }

  /** Nothing gets through from now on. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** All connections end, and new ones end at once. */
  tearDown(): void {
    this.#isTornDown = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** What was held up goes on. */
  mend(): void {
    this.#isCut = false;
    this.#isTornDown = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Ends all connections, and the port. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    if (this.#isTornDown) {
      near.destroy();
      return;
    }
    const far = connect({ ...this.#target, allowHalfOpen: true });
    this.#pass(near, far);
    this.#pass(far, near);
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    if (this.#isCut) from.pause();
    from.on('end', () => to.end());
    from.on('data', (chunk) => {
      if (to.write(chunk)) return;
      from.pause();
      to.once('drain', () => {
        if (!this.#isCut) from.resume();
      });
    });
    // What goes wrong on one side shows on the other as its end.
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return address.port;
}
