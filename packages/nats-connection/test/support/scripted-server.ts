import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server that greets and answers nothing but what its script says. */
export interface ScriptedServer {
  readonly url: string;
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
  /** The next client's socket. */
  accepted(): Promise<Socket>;
  /** Goes away with all its connections. */
  end(): void;
}

/** What a server says of itself when it greets, and later when that changes. */
export const infoLine = (info: object = {}): string =>
  `INFO ${JSON.stringify({ server_id: 'x', version: '2.9.10', max_payload: 1048576, headers: true, proto: 1, ...info })}\r\n`;

/** Greets, and answers pings. */
export function serve(socket: Socket, info: object = {}): void {
  socket.on('data', (data) => {
    if (data.includes('PING')) socket.write('PONG\r\n');
  });
  socket.write(infoLine(info));
}

/** Greets, answers the one ping that ends the dial, and then nothing any more. */
export function fallSilent(socket: Socket): void {
  socket.once('data', () => socket.write('PONG\r\n'));
  socket.write(infoLine());
}

/** Starts a server on loopback that treats each connection by the script. It ends with the test. */
export async function scriptedServer(script: (socket: Socket) => void, port = 0): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    script(socket);
  });
  const end = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(end);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const accepted = async (): Promise<Socket> => {
    const [socket]: Socket[] = await once(server, 'connection');
    if (socket === undefined) throw new Error('no socket');
    return socket;
  };
  return { url: `nats://127.0.0.1:${address.port}`, port: address.port, sockets, accepted, end };
}
