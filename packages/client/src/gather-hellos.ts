import { decodeHello, decodeReply, encodeRequest, everyNodeApiSubject, type Hello } from '@quorate/wire';
import { gather } from './gather.ts';
import type { GroupAccess } from './group-access.ts';
import type { Lifetime } from './lifetime.ts';

/** How long listed nodes may take to say that they are there. */
const helloWindowMs = 2_000;
/** How long nodes that are not listed may take to object. */
const objectionMs = 300;

/** What all nodes of the cluster's name say of themselves, listed as voters or not: one answer of each data folder. */
export async function gatherHellos(
  access: GroupAccess,
  lifetime: Lifetime,
  voters: readonly string[],
): Promise<readonly Hello[]> {
  const { cluster, group, link, inbox, clock, timeoutMs } = access;
  const windowMs = Math.min(helloWindowMs, timeoutMs);
  const hellos = new Map<string, Hello>();
  await gather({
    link,
    inbox,
    clock,
    lifetime,
    subject: everyNodeApiSubject(cluster, group, 'hello'),
    payload: encodeRequest({ timeoutMs: windowMs, body: new Uint8Array() }),
    connectMs: timeoutMs,
    windowMs,
    graceMs: objectionMs,
    onReply: (data) => {
      const hello = helloIn(data);
      if (hello !== null) hellos.set(`${hello.id}.${hello.storageId}`, hello);
      const ids = new Set([...hellos.values()].map(({ id }): string => id));
      return voters.every((voter) => ids.has(voter));
    },
  });
  return [...hellos.values()];
}

function helloIn(data: Uint8Array): Hello | null {
  try {
    const reply = decodeReply(data);
    return reply.kind === 'ok' ? decodeHello(reply.body) : null;
  } catch {
    return null;
  }
}
