import type { Address, Context, NodeId, Sender } from '@quorate/actor';
import { applierAt, electionAt, leaderAt, type Where } from '../addresses.ts';
import { invariant } from '../invariant.ts';
import type { Logger } from '../ports.ts';
import { votersOf } from '../quorum.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { RaftSettings } from '../settings.ts';
import type { StageRecorder } from '../stages/stage-recorder.ts';
import type { LogStorage } from '../storage/log-storage.ts';
import { timeAt } from '../storage/time-at.ts';
import {
  type Configuration,
  type EntryTime,
  type LeaderToken,
  type LogEntry,
  type LogIndex,
  logIndex,
  maxIndex,
  minIndex,
  type Term,
  term,
} from '../types.ts';
import type { Durability } from './durability.ts';
import type { HardPromise } from './hard-promise.ts';
import type { LeaderWatch } from './leader-watch.ts';
import type { LogStoreMessage } from './messages.ts';
import type { Repair } from './repair.ts';

/** What a log store is made from. */
export interface LogStoreOptions {
  readonly storage: LogStorage;
  /** How this node signs what it sends. */
  readonly identity: Sender;
  /** The members as of the beginning of the log. */
  readonly configuration: Configuration;
  /** All up to here is known to be committed, because the state machine has applied it. */
  readonly lastApplied: LogIndex;
  readonly settings: RaftSettings;
  readonly stages: StageRecorder;
  readonly logger: Logger;
  /** Told of each configuration that is known to be committed, at once of the one at `lastApplied`. It must not throw. */
  readonly configurationCommitted?: (configuration: Configuration) => void;
}

/** The office that the own leader holds. */
export interface Leadership {
  readonly term: Term;
  readonly asker: number;
  readonly token: LeaderToken;
}

/**
 * The state of the log store, which its parts share: term and vote, the log and what of it is on disk, commitIndex, and
 * what is known of the term's leader. It changes only within the log store's own turn.
 */
export class LogState {
  readonly context: Context<LogStoreMessage>;
  readonly storage: LogStorage;
  readonly durability: Durability;
  readonly repair: Repair;
  readonly promise: HardPromise;
  readonly watch: LeaderWatch;
  readonly identity: Sender;
  readonly settings: RaftSettings;
  readonly stages: StageRecorder;
  readonly logger: Logger;
  readonly #initialConfiguration: Configuration;
  readonly #configurationCommitted: (configuration: Configuration) => void;
  /** Held by the own leader; void as soon as the term changes. */
  leadership: Leadership | null = null;
  /** The end of what this term's leader is known to have in common with this log. Starts anew in each term. */
  verifiedIndex: LogIndex = logIndex(0);
  /** The newest round of confirmation that was answered in this term. */
  roundAnswered = 0;
  #commitIndex: LogIndex;
  #appliedIndex: LogIndex;
  /** The write that holds the current term and vote: what names them waits for it, and for nothing later. */
  #hardStateWrite = 0;

  /** @throws {InvariantViolated} if the state machine is ahead of the log */
  constructor(
    context: Context<LogStoreMessage>,
    options: LogStoreOptions,
    parts: Pick<RaftParts, 'Durability' | 'HardPromise' | 'LeaderWatch' | 'Repair'>,
  ) {
    this.context = context;
    this.storage = options.storage;
    this.identity = options.identity;
    this.settings = options.settings;
    this.stages = options.stages;
    this.logger = options.logger;
    this.#initialConfiguration = options.configuration;
    this.#configurationCommitted = options.configurationCommitted ?? (() => {});
    this.durability = new parts.Durability(options.storage);
    this.repair = new parts.Repair(this);
    this.promise = new parts.HardPromise(this);
    this.watch = new parts.LeaderWatch(this);
    this.#commitIndex = maxIndex(options.lastApplied, options.storage.snapshot?.index ?? logIndex(0));
    this.#appliedIndex = options.lastApplied;
    invariant(
      options.lastApplied <= options.storage.lastIndex,
      () => `the state machine has applied ${options.lastApplied}, but the log ends at ${options.storage.lastIndex}`,
    );
    this.#configurationCommitted(this.committedConfiguration);
  }

  get currentTerm(): Term {
    return this.storage.hardState.currentTerm;
  }

  get lastLogIndex(): LogIndex {
    return this.storage.lastIndex;
  }

  get lastLogTerm(): Term {
    return this.storage.termAt(this.storage.lastIndex) ?? term(0);
  }

  /** When the last entry got its place, also if the log is empty and begins after a snapshot. */
  get lastTime(): EntryTime {
    const lastTime = timeAt(this.storage, this.lastLogIndex);
    invariant(lastTime !== null, () => `the log has no entry at its end, ${this.lastLogIndex}`);
    return lastTime;
  }

  get commitIndex(): LogIndex {
    return this.#commitIndex;
  }

  /** The newest configuration in the log, committed or not: a node uses it from the moment that it has it (Raft §6). */
  get configuration(): Configuration {
    return this.storage.configurations.at(-1)?.configuration ?? this.#configurationBeforeLog;
  }

  /** Where in the log that configuration stands, or where the log begins if it is older. */
  get configurationIndex(): LogIndex {
    return this.storage.configurations.at(-1)?.index ?? logIndex(this.storage.firstIndex - 1);
  }

  /** The newest configuration that is committed. */
  get committedConfiguration(): Configuration {
    const committed = this.storage.configurations.findLast(({ index }) => index <= this.#commitIndex);
    return committed?.configuration ?? this.#configurationBeforeLog;
  }

  get #configurationBeforeLog(): Configuration {
    return this.storage.snapshot?.configuration ?? this.#initialConfiguration;
  }

  /** Whether the removal of that id is committed, and final: one that is only leaving still has its vote. */
  isRemoved(id: NodeId): boolean {
    const { committedConfiguration } = this;
    return (
      committedConfiguration.removed.includes(id) && !votersOf(committedConfiguration).some((voter) => voter.id === id)
    );
  }

  /** What may be applied and shown: committed, and on this node's disk. */
  get readableIndex(): LogIndex {
    return minIndex(this.commitIndex, this.durability.durableIndex);
  }

  /** Raft §5.1: a higher term, wherever it is seen, is taken over. The vote of the new term is still free. */
  observeTerm(observed: Term): void {
    if (observed <= this.currentTerm) return;
    this.enterTerm(observed, null);
    this.context.send(electionAt(this.context.self), { kind: 'termChanged', term: observed });
  }

  /** Begins a new term, with its vote perhaps cast: whatever belonged to the old one is void. */
  enterTerm(newTerm: Term, votedFor: NodeId | null): void {
    invariant(newTerm > this.currentTerm, () => `term ${newTerm} after term ${this.currentTerm}`);
    this.vote(newTerm, votedFor);
    this.leadership = null;
    this.verifiedIndex = logIndex(0);
    this.roundAnswered = 0;
  }

  /** Stages term and vote. */
  vote(currentTerm: Term, votedFor: NodeId | null): void {
    this.storage.setHardState({ currentTerm, votedFor });
    this.#hardStateWrite = this.storage.written;
  }

  /** Stages entries at the end of the log, for whoever gave them at `receivedAtMs`. */
  append(entries: readonly LogEntry[], receivedAtMs: number): void {
    const { storage, durability, stages, context } = this;
    const before = storage.lastIndex;
    storage.append(entries);
    durability.appended();
    const { lastIndex, written } = storage;
    stages.appended(logIndex(before + 1), lastIndex, this.lastLogTerm, written, receivedAtMs, context.now());
  }

  /** commitIndex never goes back. */
  raiseCommitIndex(index: LogIndex): void {
    if (index <= this.#commitIndex) return;
    const before = this.committedConfiguration;
    this.#commitIndex = index;
    this.noticeApplier();
    const { committedConfiguration } = this;
    if (committedConfiguration !== before) this.#configurationCommitted(committedConfiguration);
  }

  /** All up to `index` is in the state machine. */
  applied(index: LogIndex): void {
    this.#appliedIndex = maxIndex(this.#appliedIndex, index);
  }

  /** Tells the applier how far it may go. Cumulative, and repeated until it has got there: losing one costs time only. */
  noticeApplier(): void {
    const index = this.readableIndex;
    if (index <= this.#appliedIndex) return;
    const leaderTerm = this.leadership?.term ?? null;
    this.context.send(applierAt(this.context.self), { kind: 'committed', index, leaderTerm });
    this.context.startTimer('repeat', 2 * this.settings.heartbeatIntervalMs, { kind: 'repeat' });
  }

  /** Tells the own leader, which counts this node among those that have an entry only when it is on this disk. */
  noticeLeader(): void {
    if (this.leadership === null) return;
    this.context.send(leaderAt(this.context.self), {
      kind: 'durable',
      token: this.leadership.token,
      durableIndex: this.durability.durableIndex,
      truncationEpoch: this.durability.truncationEpoch,
    });
  }

  /** The same group on the node of `sender`. */
  placeOf(sender: Sender): Where {
    return { node: sender.node, group: this.context.self.group };
  }

  /** Runs `send` when the current term and vote are on disk. Entries that are still on their way do not hold it up. */
  whenTermFlushed(send: () => void): void {
    this.durability.afterWrite(this.#hardStateWrite, send);
  }

  /** Sends when the current term and vote are on disk. */
  sendWhenTermFlushed<Message>(to: Address<Message>, message: Message): void {
    this.whenTermFlushed(() => this.context.send(to, message));
  }
}
