import {
  decodeTapped,
  decodeTappedMessage,
  encodeTapRequest,
  isActor,
  type TappedMessage,
  tapSubject,
} from '@quorate/wire';
import type { NatsConnection } from 'nats';
import { InvalidRequest } from './errors.ts';
import type { GroupAccess } from './group-access.ts';
import type { Lifetime } from './lifetime.ts';
import { waitFor } from './wait.ts';

/** So many messages wait for whoever looks on, at most; the oldest are lost. */
const mostWaiting = 1_000;

/** What is looked at, and for how long a question about it may take. */
export interface TapFeedOptions {
  readonly access: GroupAccess;
  /** The iteration's own. */
  readonly lifetime: Lifetime;
  readonly node: string;
  readonly actor: string;
  readonly timeoutMs: number;
}

/** Iterates over what an actor is given, from now on, until the lifetime ends. The node is asked again while that goes on, for it stops by itself. @throws {InvalidRequest} at once */
export function tappedMessages(options: TapFeedOptions): AsyncIterableIterator<TappedMessage> {
  const { actor } = options;
  if (!isActor(actor)) throw new InvalidRequest({ reason: `${JSON.stringify(actor)} is no actor`, field: 'actor' });
  return feed(options);
}

async function* feed({ access, lifetime, node, actor, timeoutMs }: TapFeedOptions): AsyncGenerator<TappedMessage> {
  const { cluster, group, link, router, clock } = access;
  const waiting: TappedMessage[] = [];
  /** What whoever looks on was too slow for. */
  let lost = 0;
  let wake = (): void => {};
  const take = (data: Uint8Array): void => {
    const message = decodeTappedMessage(Buffer.from(data).toString());
    if (message === null) return;
    waiting.push(message);
    if (waiting.length > mostWaiting) lost += 1 + (waiting.shift()?.skipped ?? 0);
    wake();
  };
  let unsubscribe = (): void => {};
  const connected = (connection: NatsConnection): void => {
    unsubscribe();
    const callback = (error: Error | null, { data }: { readonly data: Uint8Array }): void => {
      if (error === null) take(data);
    };
    const subscription = connection.subscribe(tapSubject(cluster, group, node, actor), { callback });
    unsubscribe = () => subscription.unsubscribe();
  };
  const stop = link.listen({ connected });
  try {
    let askAgainAtMs = Number.NEGATIVE_INFINITY;
    for (;;) {
      if (clock.now() >= askAgainAtMs) {
        const body = encodeTapRequest({ actor });
        const reply = await router.request({ endpoint: 'tap', kind: 'read', body, node, timeoutMs, lifetime });
        askAgainAtMs = clock.now() + decodeTapped(reply).forMs / 3;
      }
      for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
        const skipped = message.skipped + lost;
        lost = 0;
        yield { ...message, skipped };
      }
      const leftMs = Math.max(1, askAgainAtMs - clock.now());
      await waitFor<true>({ clock, lifetime, timeoutMs: leftMs }, (settle) => {
        wake = () => settle(true);
        if (waiting.length > 0) wake();
        return () => {
          wake = () => {};
        };
      });
    }
  } finally {
    stop();
    unsubscribe();
    lifetime.over();
  }
}
