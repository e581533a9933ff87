import { apiSubject, decodeReply, encodeQuery, encodeRequest } from '@quorate/wire';
import { connect } from 'nats';
import { CommandFailure } from '../command-error.ts';
import { connectionOptions } from '../options/connection-options.ts';
import type { NatsSettings } from '../options/nats-settings.ts';

/** Which read, of which group. */
export interface ReadSizesOptions {
  readonly nats: NatsSettings;
  readonly cluster: string;
  readonly group: string;
  readonly key: string;
  readonly timeoutMs: number;
}

/** How large the messages of a read are. */
export interface ReadSizes {
  readonly requestBytes: number;
  readonly replyBytes: number;
}

/** Reads a key once, and weighs request and reply. @throws {CommandFailure} if a node refuses it */
export async function readSizes({ nats, cluster, group, key, timeoutMs }: ReadSizesOptions): Promise<ReadSizes> {
  const connection = await connect({ ...connectionOptions(nats), name: 'quorate bench' });
  try {
    const request = encodeRequest({ timeoutMs, body: encodeQuery({ kind: 'get', revision: null, key }) });
    const { data } = await connection.request(apiSubject(cluster, group, 'get'), request, { timeout: timeoutMs });
    const reply = decodeReply(data);
    if (reply.kind === 'error') throw new CommandFailure(`the read was refused: ${reply.error.code}`);
    return { requestBytes: request.length, replyBytes: data.length };
  } finally {
    await connection.close();
  }
}
