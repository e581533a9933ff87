import type { Actor, Context, NodeId, Sender } from '@quorate/actor';
import { gatewayAt, logStoreAt } from '../addresses.ts';
import { peersOf } from '../quorum.ts';
import type { Configuration, LogIndex } from '../types.ts';
import { answerFetch } from './answer-fetch.ts';
import type { LogStoreOptions } from './log-state.ts';
import { type LogStoreMessage, maxPlacesAsked } from './messages.ts';
import { placesText } from './places-text.ts';

type Of<Kind extends LogStoreMessage['kind']> = Extract<LogStoreMessage, { kind: Kind }>;

/** What stands in the place of a log store is made from. */
export interface LogMendingOptions extends LogStoreOptions {
  /** The log is what it was, or one that its leader is to fill, and that is on disk: the group is to be started anew, for all that it began with was read from a log with holes. */
  readonly mended: () => void;
}

/** A question that was not answered is asked again after so many heartbeat intervals. */
const intervalsToAnswer = 4;

/** So long, in election timeouts, others may ask for what stands beside the holes, and those who were away may come and answer. */
const electionTimeoutsToWait = 10;

/**
 * Stands in the place of the log store while records of the log do not pass their checks. The node keeps all others, says nothing that a quorum could
 * count, and asks every member for what it cannot read: term and index name an entry, so that any copy of it is as good as the one that was here
 * (Raft §5.3, log matching), and no leader is needed, which there may not be if other logs are damaged too. With the last hole the log is what it was before the damage, and so is
 * the node's word ("Protocol-Aware Recovery for Consensus-Based Storage", FAST '18).
 *
 * An entry that was in no quorum may be nowhere else. Only a leader can tell: if the log of one has another entry there, or begins later, what follows the hole is
 * left to it, as it is with a log that cannot be read at all. That costs the node its say until a leader has filled the log, and that leader may be about to lose its
 * office for want of just this node: all others are heard first. Without a leader the node waits, for nothing is made up.
 */
export class LogMending implements Actor<LogStoreMessage> {
  readonly #context: Context<LogStoreMessage>;
  readonly #options: LogMendingOptions;
  #sequence = 0;
  readonly #beganAtMs: number;
  /** The write after which there is no hole any more. */
  #lastWrite: number | null = null;
  /** Whoever leads may have become a member after this log ends. */
  #leader: NodeId | null = null;
  /** Up to where each has looked for what is asked. */
  readonly #lookedThrough = new Map<NodeId, LogIndex>();

  constructor(context: Context<LogStoreMessage>, options: LogMendingOptions) {
    this.#context = context;
    this.#options = options;
    const { storage, logger } = options;
    logger.error('records of the log do not pass their checks: they are fetched from the other members', {
      indexes: placesText(storage.holes),
    });
    this.#beganAtMs = context.now();
    this.#ask(null);
  }

  receive(message: LogStoreMessage, from: Sender): void {
    switch (message.kind) {
      case 'fetchEntries':
        return answerFetch(this.#context, { storage: this.#options.storage, leaderTerm: null }, message, from);
      case 'fetchedEntries':
        return this.#fetched(message, from);
      case 'appendEntries':
        this.#leader = from.node;
        return;
      case 'describe':
        return this.#describe(message.request);
      case 'flushed':
        return this.#flushed(message.written);
      case 'repeat':
        return this.#repeat();
      default:
        // It has no say, nothing to give, and nothing to lead with.
        return;
    }
  }

  #repeat(): void {
    // Nobody has them any more: all have compacted them.
    if (this.#isLate) this.#dropCovered();
    this.#endIfWhole();
    this.#ask(null);
  }

  get #isLate(): boolean {
    const waitMs = electionTimeoutsToWait * this.#options.settings.electionTimeoutMaxMs;
    return this.#context.now() - this.#beganAtMs >= waitMs;
  }

  /** What the snapshot covers this node needs not have. But what else stands there may be the only copy for a member whose log has holes too: it does not go at once. */
  #dropCovered(): void {
    const { storage } = this.#options;
    const { snapshot, holes } = storage;
    const [first] = holes;
    if (snapshot !== null && first !== undefined && first <= snapshot.index) storage.compact(snapshot.index);
  }

  #ask(peer: NodeId | null): void {
    const { storage, settings } = this.#options;
    const indexes = storage.holes.slice(0, maxPlacesAsked);
    if (indexes.length === 0) return;
    this.#sequence += 1;
    const { group } = this.#context.self;
    const peers = peer === null ? this.#peers : [peer];
    for (const node of peers) {
      const question = {
        kind: 'fetchEntries',
        term: storage.hardState.currentTerm,
        sequence: this.#sequence,
        indexes,
        maxBytes: settings.maxBatchBytes,
      } as const;
      this.#context.send(logStoreAt({ node, group }), question);
    }
    const againMs = intervalsToAnswer * settings.heartbeatIntervalMs;
    this.#context.startTimer('repeat', againMs, { kind: 'repeat' });
  }

  #fetched({ incarnation, leaderTerm, entries, throughIndex }: Of<'fetchedEntries'>, from: Sender): void {
    const { storage, identity, logger } = this.#options;
    if (incarnation !== identity.incarnation || storage.holes.length === 0) return;
    const before = storage.holes.length;
    this.#lookedThrough.set(from.node, throughIndex);
    for (const entry of entries) storage.mend(entry);
    const mended = before - storage.holes.length;
    if (mended > 0)
      logger.info('records of the log were mended', { mended, from: from.node, left: storage.holes.length });
    if (leaderTerm !== null && leaderTerm >= storage.hardState.currentTerm)
      this.#leaveToLeader(throughIndex, from.node);
    this.#endIfWhole();
    if (mended > 0) this.#ask(from.node);
  }

  /**
   * A leader has looked for those up to there, and has all that is committed (Raft §5.4.3): its term is none before this node's own, so that no entry here
   * is of a later one. Whoever led before, or is about to, may lack what only this log has now: on its word nothing goes.
   */
  #leaveToLeader(throughIndex: LogIndex, leader: NodeId): void {
    const { storage, logger } = this.#options;
    const isToGo = (index: LogIndex): boolean => index <= throughIndex && (this.#isLate || this.#isNowhere(index));
    const [hole] = storage.holes;
    if (hole === undefined || !isToGo(hole)) return;
    this.#dropCovered();
    // Of what follows the snapshot: a log that ended before it would be filled by nobody.
    const [first] = storage.holes;
    if (first === undefined || !isToGo(first)) return;
    logger.error(
      'a record that does not pass its check is not in the log of the leader: from there on it is filled anew',
      {
        from: first,
        leader,
      },
    );
    storage.abandonHoles();
  }

  /** Whether every other member has looked for it, and none has given it. */
  #isNowhere(index: LogIndex): boolean {
    return this.#peers.every((peer) => (this.#lookedThrough.get(peer) ?? 0) >= index);
  }

  #endIfWhole(): void {
    const { storage } = this.#options;
    if (storage.holes.length === 0) this.#lastWrite ??= storage.written;
  }

  #flushed(written: number): void {
    if (this.#lastWrite === null || written < this.#lastWrite) return;
    this.#lastWrite = Number.POSITIVE_INFINITY;
    this.#options.mended();
  }

  /** All members that the log knows, and whoever leads. */
  get #peers(): readonly NodeId[] {
    const members = peersOf(this.#configuration, this.#options.identity.node).map(({ id }) => id);
    return this.#leader === null || members.includes(this.#leader) ? members : [...members, this.#leader];
  }

  /** One that stands in a hole may be newer: whoever is in it is asked by those who have it. */
  get #configuration(): Configuration {
    const { storage, configuration } = this.#options;
    return storage.configurations.at(-1)?.configuration ?? storage.snapshot?.configuration ?? configuration;
  }

  #describe(request: number): void {
    const { storage } = this.#options;
    const { firstIndex, lastIndex, holes, snapshot } = storage;
    const commitIndex = this.#options.lastApplied;
    const damage = `records of its log do not pass their checks and are fetched from the others: ${placesText(holes)}`;
    this.#context.send(gatewayAt(this.#context.self), {
      kind: 'described',
      request,
      part: {
        actor: 'logStore',
        commitIndex: snapshot === null || snapshot.index < commitIndex ? commitIndex : snapshot.index,
        firstIndex,
        lastLogIndex: lastIndex,
        durableIndex: lastIndex,
        configuration: this.#configuration,
        damage,
      },
    });
  }
}
