import type { NodeId } from '@quorate/actor';
import {
  type ChangePlace,
  comparePlaces,
  QuorateError,
  readWatchPage,
  type TablesReader,
  WaitingWatchers,
  type WatchRequest,
} from '@quorate/config-store';
import type { QueueLength } from '@quorate/telemetry';
import { type ApiReply, type ApiRequest, encodeWatchPage, errorReply, Unavailable, watchBody } from '@quorate/wire';

/** What a watch desk is made from. */
export interface WatchDeskOptions {
  readonly node: NodeId;
  readonly clusterId: string;
  readonly tables: TablesReader & { readonly isBeingReplaced: boolean };
  /** Whether it has again what it had before it had to throw its state away. */
  readonly isStateShown: () => boolean;
  /** Resolves when what was published has left this process, or never will. */
  readonly published: () => Promise<void>;
  readonly now: () => number;
  /** The tables cannot be read. */
  readonly onFailure: (error: unknown) => void;
}

/** A watcher whose turn it is to be read for. */
interface Asking {
  readonly request: WatchRequest;
  readonly deadlineMs: number;
  readonly answer: (reply: ApiReply) => void;
}

/** So many watchers wait at a node, at most: each takes about a kilobyte. Another node may have room. */
const maxWaiting = 100_000;

/** A request is kept no longer, whatever it says: nobody tells when its sender is gone. */
const longestWaitMs = 30_000;

/** Looks at whether there is a leader, one a second: at the second without one those who wait are told so, and at each fifth after that. All of them ask again then, and there may be none anywhere. */
const sentOnAt = 2;
const sentOnEvery = 5;

/** How long watchers are read for at a stretch: whoever writes waits no longer for them. */
const stretchMs = 1;

/** How many changes are looked at for all waiting watchers before the time is looked at again. */
const changesAtOnce = 64;

/** So much is published before it is waited for to leave: a page for each of ten thousand watchers would not fit in memory. */
const maxUnpublishedBytes = 4 * 1024 * 1024;

/**
 * Answers what watchers ask, from the tables of this node, and from no other's. A question is answered at once if there is something, else as soon
 * as there is, or with the place up to which there was nothing when its time is over. Whoever is slow asks later, and costs nothing meanwhile: nothing is
 * kept for it but what is on the disk anyway.
 */
export class WatchDesk {
  readonly #options: WatchDeskOptions;
  readonly #waiting: WaitingWatchers;
  /** Of those that wait: how to answer that there was nothing. */
  readonly #open = new Set<() => void>();
  #asking: Asking[] = [];
  #isLookDue = false;
  #isDue = false;
  #unpublishedBytes = 0;
  #looksWithoutLeader = 0;
  #isClosed = false;

  constructor(options: WatchDeskOptions) {
    this.#options = options;
    this.#waiting = new WaitingWatchers(options.tables);
  }

  /** Answers a request when there is something to tell, or when its time is over. @throws {InvalidRequest | InvalidQuery}, and what is wrong with the keys or the revision */
  answer({ body, timeoutMs }: ApiRequest): Promise<ApiReply> {
    const request = watchBody(body);
    const { node, now } = this.#options;
    if (this.#isClosed) throw this.#ended();
    if (this.#asking.length + this.#waiting.size >= maxWaiting) {
      throw new Unavailable(`node ${node} has ${maxWaiting} watchers, and takes no more`);
    }
    const deadlineMs = now() + Math.min(timeoutMs, longestWaitMs);
    return new Promise((answer) => this.#enqueue({ request, deadlineMs, answer }));
  }

  /** How many watchers wait here, and how many may. */
  get queue(): QueueLength {
    return { queue: 'watchers', length: this.#asking.length + this.#waiting.size, limit: maxWaiting };
  }

  /** The tables have changed: there may be something for those who wait. */
  changed(): void {
    if (this.#waiting.size === 0) return;
    this.#isLookDue = true;
    this.#schedule();
  }

  /**
   * It was looked at whether this node knows a leader. One that does not may be cut off from the others, and would hear of nothing: whoever waits is answered that there was nothing so far, and
   * asks another, instead of staying deaf until its time is over.
   */
  noteLeader(isKnown: boolean): void {
    this.#looksWithoutLeader = isKnown ? 0 : this.#looksWithoutLeader + 1;
    if (this.#looksWithoutLeader % sentOnEvery !== sentOnAt) return;
    for (const end of [...this.#open]) end();
  }

  /** Sends all watchers elsewhere. */
  close(): void {
    this.#isClosed = true;
    for (const { answer } of this.#asking) answer(errorReply(this.#ended(), null));
    this.#asking = [];
    for (const end of [...this.#open]) end();
  }

  #ended(): Unavailable {
    return new Unavailable(`node ${this.#options.node} is about to end`);
  }

  #enqueue(asking: Asking): void {
    this.#asking.push(asking);
    this.#schedule();
  }

  /** Not within the turn in which something was applied: that is to be answered first. */
  #schedule(): void {
    if (this.#isDue || this.#isClosed) return;
    this.#isDue = true;
    setImmediate(() => void this.#work());
  }

  async #work(): Promise<void> {
    const { now, published } = this.#options;
    const endMs = now() + stretchMs;
    do {
      if (this.#isLookDue) this.#look();
      const asking = this.#asking.shift();
      if (asking !== undefined) this.#read(asking);
    } while (this.#hasWork && now() < endMs);
    if (this.#unpublishedBytes > maxUnpublishedBytes) {
      this.#unpublishedBytes = 0;
      await published();
    }
    this.#isDue = false;
    if (this.#hasWork) this.#schedule();
  }

  get #hasWork(): boolean {
    return this.#isLookDue || this.#asking.length > 0;
  }

  /** Tables that are replaced are looked at when they are whole again, which is told. */
  #look(): void {
    const { tables, onFailure } = this.#options;
    this.#isLookDue = false;
    try {
      if (!tables.isBeingReplaced) this.#isLookDue = this.#waiting.look(changesAtOnce);
    } catch (error) {
      onFailure(error);
    }
  }

  #read(asking: Asking): void {
    const { request, deadlineMs } = asking;
    const { node, tables, now, isStateShown, onFailure } = this.#options;
    try {
      if (tables.isBeingReplaced || !isStateShown()) throw new Unavailable(`node ${node} builds its state anew`);
      const { changes, next } = readWatchPage(tables, request);
      // Whoever has a part of a transaction waits for its end, also where that holds nothing for it.
      const endsPart = request.from.ordinal > 0 && next.revision > request.from.revision;
      if (changes.length > 0 || endsPart) return this.#tell(asking, next, changes);
      const rest = { ...asking, request: { ...request, from: next } };
      if (next.revision > tables.progress.revision) return this.#wait(rest);
      // What was looked at were the changes of others.
      if (now() < deadlineMs) return this.#enqueue(rest);
      this.#tell(rest, next, []);
    } catch (error) {
      asking.answer(errorReply(error, null));
      if (!(error instanceof QuorateError)) onFailure(error);
    }
  }

  #wait(asking: Asking): void {
    const { request, deadlineMs } = asking;
    const stop = (): void => {
      clearTimeout(timer);
      this.#open.delete(end);
    };
    const watcher = {
      request,
      wake: (from: ChangePlace) => {
        stop();
        this.#enqueue({ ...asking, request: { ...request, from } });
      },
    };
    const end = (): void => {
      stop();
      this.#waiting.remove(watcher);
      if (this.#isClosed) asking.answer(errorReply(this.#ended(), null));
      else this.#tell(asking, this.#seenFrom(request.from), []);
    };
    const timer = setTimeout(end, Math.max(0, deadlineMs - this.#options.now()));
    this.#open.add(end);
    this.#waiting.add(watcher);
  }

  /** What comes before was looked at for all who wait, and was nothing for this one. A revision that was not looked at to its end does not count. */
  #seenFrom(from: ChangePlace): ChangePlace {
    const seen = { revision: this.#waiting.next.revision, ordinal: 0 };
    return comparePlaces(seen, from) > 0 ? seen : from;
  }

  #tell(asking: Asking, next: ChangePlace, changes: ReturnType<typeof readWatchPage>['changes']): void {
    const { node, clusterId, tables } = this.#options;
    const body = encodeWatchPage({ node, clusterId, revision: tables.progress.revision, next, changes });
    this.#unpublishedBytes += body.length;
    asking.answer({ kind: 'ok', body, leader: null });
  }
}
