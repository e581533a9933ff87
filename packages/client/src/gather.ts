import type { Clock } from './clock.ts';
import { NotPermitted, Unavailable } from './errors.ts';
import type { Lifetime } from './lifetime.ts';
import type { Link } from './link.ts';
import type { BusOutcome, ReplyInbox } from './reply-inbox.ts';
import { waitFor } from './wait.ts';

/** A question that every node answers. */
export interface Gathering {
  readonly link: Link;
  readonly inbox: ReplyInbox;
  readonly clock: Clock;
  readonly lifetime: Lifetime;
  readonly subject: string;
  readonly payload: Uint8Array;
  /** How long to wait for a connection, at most. */
  readonly connectMs: number;
  /** How long to wait for replies, at most. */
  readonly windowMs: number;
  /** How long to wait for replies that nobody expects, once those that are expected have come. */
  readonly graceMs: number;
  /** Takes a reply, of a node that may have replied before; true if all that were expected have come. It must not throw. */
  readonly onReply: (data: Uint8Array) => boolean;
}

/** A lost question or reply must not look like a missing node. */
const repeatMs = 250;

/**
 * Asks all nodes, again and again while some are expected that have not answered. Says whether anybody listens there.
 * @throws {Unavailable} if no connection stands in time
 * @throws {NotPermitted}
 */
export async function gather(gathering: Gathering): Promise<'answered' | 'noResponders'> {
  const { link, clock, lifetime, connectMs, windowMs } = gathering;
  const connection = await link.whenConnected({ clock, lifetime, timeoutMs: connectMs });
  if (connection === null) throw new Unavailable(link.broken ?? 'NATS cannot be reached');
  let someoneListens = false;
  const end = await waitFor<BusOutcome | 'complete'>({ clock, lifetime, timeoutMs: windowMs }, (settle) =>
    ask(gathering, (outcome) => {
      if (outcome === 'complete' || outcome.kind === 'forbidden') settle(outcome);
      else if (outcome.kind === 'reply') someoneListens = true;
    }),
  );
  if (end !== null && end !== 'complete' && end.kind === 'forbidden') throw new NotPermitted(end.reason);
  return someoneListens ? 'answered' : 'noResponders';
}

function ask(gathering: Gathering, tell: (outcome: BusOutcome | 'complete') => void): () => void {
  const { inbox, clock, subject, payload, graceMs, onReply } = gathering;
  let stops: (() => void)[] = [];
  let complete = false;
  const onOutcome = (outcome: BusOutcome): void => {
    tell(outcome);
    if (outcome.kind !== 'reply' || !onReply(outcome.data) || complete) return;
    complete = true;
    stops.push(clock.startTimer(graceMs, () => tell('complete')));
  };
  const repeat = (): void => {
    if (complete) return;
    stops.push(inbox.askAll(subject, payload, onOutcome));
    stops.push(clock.startTimer(repeatMs, repeat));
  };
  repeat();
  return () => {
    for (const stop of stops) stop();
    stops = [];
  };
}
