import { DEFAULT_TIMEOUT_MS } from '@quorate/wire';
import { checkGroup, checkTimeoutMs } from './check-options.ts';
import { type Clock, systemClock } from './clock.ts';
import { StoreClosed } from './errors.ts';
import { KnownCluster } from './known-cluster.ts';
import { LeaderNews } from './leader-news.ts';
import { Lifetime } from './lifetime.ts';
import type { Link } from './link.ts';
import { NodeWatch } from './node-watch.ts';
import { openLink } from './open-link.ts';
import type { ConnectOptions } from './options.ts';
import { ReplyInbox } from './reply-inbox.ts';
import { Router } from './router.ts';
import { SharedMessages } from './shared-messages.ts';

/** All that it takes to speak with the nodes of a group. */
export interface GroupAccess {
  readonly cluster: string;
  readonly group: string;
  /** For calls that do not say. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Everything that waits, waits within it. */
  readonly lifetime: Lifetime;
  readonly link: Link;
  readonly inbox: ReplyInbox;
  readonly router: Router;
  /** The cluster that the store speaks with. */
  readonly known: KnownCluster;
  /** Ends all that waits with `StoreClosed`, and the connection. */
  close(): Promise<void>;
}

/** A node that keeps a request because there is nothing to answer is asked more seldom whether it is there: thousands may wait at it. */
const idleSilenceMs = 4_000;

/** Connects to NATS. @throws {Unavailable | InvalidRequest}, or the signal's reason */
export async function openGroupAccess(options: ConnectOptions): Promise<GroupAccess> {
  const { cluster, group } = checkGroup(options);
  const timeoutMs = checkTimeoutMs(options.timeoutMs, DEFAULT_TIMEOUT_MS);
  const clock = systemClock;
  const lifetime = new Lifetime();

  const opening = lifetime.child(options.signal);
  const link = await openLink(options, { clock, lifetime: opening, timeoutMs }).finally(() => opening.over());

  const inbox = new ReplyInbox(link, options.nats?.inboxPrefix);
  const watch = new NodeWatch({ cluster, group }, inbox, { clock, lifetime });
  const idleWatch = new NodeWatch({ cluster, group }, inbox, { clock, lifetime, longestSilenceMs: idleSilenceMs });
  const known = new KnownCluster();
  const news = new LeaderNews(link, { cluster, group }, known);
  const router = new Router({
    cluster,
    group,
    link,
    messages: new SharedMessages(inbox),
    watch,
    idleWatch,
    news,
    known,
    clock,
  });
  return {
    cluster,
    group,
    timeoutMs,
    clock,
    lifetime,
    link,
    inbox,
    router,
    known,
    async close() {
      lifetime.end(new StoreClosed());
      inbox.close();
      news.close();
      await link.close();
    },
  };
}
