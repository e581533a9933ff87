import type { Sender } from '@quorate/actor';
import {
  type Configuration,
  defaultRaftSettings,
  type ElectionTimeouts,
  type LeaderToken,
  type LogEntry,
  type LogStoreMessage,
  leaderToken,
  logIndex,
  MemoryLogStorage,
  type RaftSettings,
  raftParts,
  silentPorts,
  term,
} from '../../src/index.ts';
import { LogStore } from '../../src/log-store/log-store.ts';
import { entriesOf, votersOf } from './entries.ts';
import { FakeContext, momentAt, type Sent, senderOf } from './fake-context.ts';
import { usualTimeouts } from './timeouts.ts';

type Of<Kind extends LogStoreMessage['kind']> = Extract<LogStoreMessage, { kind: Kind }>;

/** What a test's log store begins with. */
export interface LogStoreStart {
  /** The terms of the entries that are on its disk. */
  readonly log?: readonly number[];
  readonly currentTerm?: number;
  readonly votedFor?: string | null;
  readonly lastApplied?: number;
  /** That of its disk; the voters know it by its usual one. */
  readonly storageId?: string;
  /** Whether a flush is over as soon as the message that made it due is. Else the test calls `flush`. */
  readonly flushes?: boolean;
  /** What an earlier life of the node has left; the log is then what it holds. */
  readonly storage?: MemoryLogStorage;
  readonly settings?: Partial<RaftSettings>;
}

/** The log store of n1 by itself, in a group of n1, n2 and n3. */
export class LogStoreFixture {
  readonly context = new FakeContext<LogStoreMessage>('n1', 'logStore');
  readonly storage: MemoryLogStorage;
  /** The configurations that it has told to be committed. */
  readonly committed: Configuration[] = [];
  readonly actor: LogStore;
  readonly #flushes: boolean;
  #sequence = 0;

  constructor(start: LogStoreStart = {}) {
    const {
      log = [],
      currentTerm = 0,
      votedFor = null,
      lastApplied = 0,
      storageId = 'disk-of-n1',
      flushes = true,
    } = start;
    this.#flushes = flushes;
    this.storage = start.storage ?? new MemoryLogStorage({ immediate: false });
    const vote = votedFor === null ? null : senderOf(votedFor).node;
    if (start.storage === undefined) this.storage.setHardState({ currentTerm: term(currentTerm), votedFor: vote });
    if (log.length > 0) this.storage.append(entriesOf(log));
    this.storage.flush(() => {});
    this.storage.completeFlush();
    this.actor = new LogStore(
      this.context,
      {
        storage: this.storage,
        identity: senderOf('n1', { storageId }),
        configuration: votersOf('n1', 'n2', 'n3'),
        lastApplied: logIndex(lastApplied),
        settings: { ...defaultRaftSettings, ...start.settings },
        stages: silentPorts.stages,
        logger: silentPorts.logger,
        configurationCommitted: (configuration) => void this.committed.push(configuration),
      },
      raftParts,
    );
  }

  get log(): readonly LogEntry[] {
    return this.storage.read(logIndex(1), { maxEntries: 1000, maxBytes: 1e9 });
  }

  receive(message: LogStoreMessage, from: Sender = senderOf('n1')): void {
    this.actor.receive(message, from);
    if (this.#flushes) this.flush();
  }

  /** Makes all that is staged durable, and tells the log store so. */
  flush(): void {
    this.beginFlush();
    this.endFlush();
  }

  beginFlush(): void {
    this.storage.flush((outcome) => {
      if (outcome.kind === 'failed') throw outcome.error;
      this.actor.receive({ kind: 'flushed', written: outcome.written }, senderOf('n1'));
    });
  }

  endFlush(): void {
    this.storage.completeFlush();
  }

  /** An AppendEntries of n2, the leader; what is not named is empty. */
  append(
    fields: {
      readonly term: number;
      readonly prev?: readonly [index: number, term: number];
      readonly entries?: readonly LogEntry[];
      readonly leaderCommit?: number;
      readonly round?: number;
      readonly leaseMs?: number;
      readonly freshness?: Of<'appendEntries'>['freshness'];
      readonly timeouts?: ElectionTimeouts;
    },
    from: Sender = senderOf('n2'),
  ): void {
    const [prevLogIndex, prevLogTerm] = fields.prev ?? [0, 0];
    this.#sequence += 1;
    const message: Of<'appendEntries'> = {
      kind: 'appendEntries',
      term: term(fields.term),
      sequence: this.#sequence,
      round: fields.round ?? 0,
      leaseMs: fields.leaseMs ?? 0,
      prevLogIndex: logIndex(prevLogIndex),
      prevLogTerm: term(prevLogTerm),
      entries: fields.entries ?? [],
      leaderCommit: logIndex(fields.leaderCommit ?? 0),
      freshness: fields.freshness ?? null,
      ...usualTimeouts,
      ...fields.timeouts,
    };
    this.receive(message, from);
  }

  requestVote(
    fields: {
      readonly term: number;
      readonly last?: readonly [index: number, term: number];
      readonly pre?: boolean;
      readonly isTransfer?: boolean;
    },
    from: Sender = senderOf('n2'),
  ): void {
    const [lastLogIndex, lastLogTerm] = fields.last ?? [0, 0];
    this.#sequence += 1;
    const request = {
      term: term(fields.term),
      sequence: this.#sequence,
      lastLogIndex: logIndex(lastLogIndex),
      lastLogTerm: term(lastLogTerm),
    };
    if (fields.pre === true) this.receive({ kind: 'requestPreVote', ...request }, from);
    else this.receive({ kind: 'requestVote', ...request, isTransfer: fields.isTransfer ?? false }, from);
  }

  /** Campaigns, wins and takes office; the answer is the leader's token. */
  lead(asker = 7): LeaderToken {
    this.receive({ kind: 'campaign', attempt: 1, fromTerm: this.storage.hardState.currentTerm, isTransfer: false });
    this.flush();
    this.receive({ kind: 'becomeLeader', term: this.storage.hardState.currentTerm, asker });
    return leaderToken(Number(this.takeOne('leadershipGranted').token));
  }

  /** The own leader asks whether its token is still good. */
  confirmRound(fields: {
    readonly token: LeaderToken;
    readonly round?: number;
    readonly leaseMs?: number;
    readonly timeouts?: ElectionTimeouts;
  }): void {
    const { token, round = 0, leaseMs = 0, timeouts = usualTimeouts } = fields;
    const askedAt = momentAt(this.context.nowMs);
    this.receive({ kind: 'confirmRound', token, round, leaseMs, askedAt, ...timeouts });
  }

  take(): Sent[] {
    return this.context.take();
  }

  takeOne(kind: string): Sent['message'] {
    return this.context.takeOne(kind);
  }

  takeAll(kind: string): Sent['message'][] {
    return this.context.takeAll(kind);
  }
}
