import type { Actor, Context, Sender } from '@quorate/actor';
import { applierAt, leaderAt, logStoreAt } from '../addresses.ts';
import type { ElectionTimeouts } from '../election-timeouts.ts';
import type { LogStoreMessage } from '../log-store/messages.ts';
import { type Moment, momentOf } from '../moment.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { RaftSettings } from '../settings.ts';
import type { StageRecorder } from '../stages/stage-recorder.ts';
import { type LeaderToken, type LogIndex, logIndex, maxIndex, type Term, type Voter } from '../types.ts';
import type { Inflights } from './inflights.ts';
import { LinkStatistics } from './link-statistics.ts';
import type { ReplicatorMessage } from './messages.ts';
import { SnapshotSending } from './snapshot-sending.ts';

type Of<Kind extends ReplicatorMessage['kind']> = Extract<ReplicatorMessage, { kind: Kind }>;

/** What a replicator is made from. */
export interface ReplicatorOptions {
  readonly peer: Voter;
  readonly token: LeaderToken;
  readonly term: Term;
  readonly identity: Sender;
  readonly settings: RaftSettings;
  readonly stages: StageRecorder;
  /** The end of the leader's log when it took office: probing begins there (Raft figure 2, nextIndex). */
  readonly lastLogIndex: LogIndex;
  readonly pace: ReplicatorPace;
}

/** How often the peer is to hear of its leader, and how long it is to wait for it. */
export interface ReplicatorPace extends ElectionTimeouts {
  readonly heartbeatIntervalMs: number;
}

/**
 * `probe`: where the logs agree is not known; one append at a time looks for it. `replicate`: it is known, and appends are
 * sent ahead of their acknowledgements. `snapshot`: the log has no more what the peer needs.
 */
type Mode =
  | { readonly kind: 'probe'; readonly outstanding: boolean; readonly conflict: Conflict | null }
  | { readonly kind: 'replicate' }
  | { readonly kind: 'snapshot'; readonly sending: SnapshotSending };

/** An append that went out: what a success proves, and since when what was promised for it counts. */
interface Sent {
  readonly lastIndex: LogIndex;
  readonly sentAt: Moment;
}

/** What the clock of the peer showed, in that life of it, at some time before its reply came here. */
interface PeerClock extends Moment {
  readonly incarnation: number;
  readonly receivedAtMs: number;
}

/** What a peer may rest its freshness on. */
type Freshness = NonNullable<Extract<LogStoreMessage, { kind: 'appendEntries' }>['freshness']>;

/** How many unanswered appends are remembered. A peer that is gone answers none. */
const maxRemembered = 1024;

interface Conflict {
  readonly conflictIndex: LogIndex;
  readonly conflictTerm: Term;
}

/** Brings one peer's log up to the leader's: what to send it next, and when (Raft figure 2, rules for leaders; etcd's Progress). */
export class Replicator implements Actor<ReplicatorMessage> {
  readonly #context: Context<ReplicatorMessage>;
  readonly #options: ReplicatorOptions;
  readonly #inflights: Inflights;
  readonly #link: LinkStatistics;
  readonly #sent = new Map<number, Sent>();
  #mode: Mode = { kind: 'probe', outstanding: false, conflict: null };
  #nextIndex: LogIndex;
  #matchIndex: LogIndex = logIndex(0);
  #lastLogIndex: LogIndex;
  #commitIndex: LogIndex = logIndex(0);
  #round = 0;
  #pace: ReplicatorPace;
  #sequence = 0;
  #leaseMs = 0;
  /** The newest time of the peer's clock that is known, and when it came. */
  #peerClock: PeerClock | null = null;
  /** What the peer has not been told yet. */
  #freshness: Freshness | null = null;
  #heartbeatIntervalMs: number;
  /** When the peer has said something last. */
  #heardAtMs: number;
  /** The request that the log store has not answered yet; one at a time, and given up at the next heartbeat. */
  #preparing: { readonly sequence: number; readonly withEntries: boolean } | null = null;
  #sentCommitIndex: LogIndex = logIndex(0);
  #sentRound = 0;
  /** A heartbeat interval is over: an empty append goes out, whatever else does. */
  #heartbeatDue = true;
  /** Replies to what was sent before the newest refusal say nothing about where the logs part. */
  #refusedSequence = 0;
  /** The peer's life in which it was last heard with a damaged log: what it said in those before is void. */
  #repairIncarnation = 0;

  constructor(context: Context<ReplicatorMessage>, options: ReplicatorOptions, parts: Pick<RaftParts, 'Inflights'>) {
    this.#context = context;
    this.#options = options;
    this.#inflights = new parts.Inflights(options.settings);
    this.#heartbeatIntervalMs = options.pace.heartbeatIntervalMs;
    this.#link = new LinkStatistics(context.now());
    this.#heardAtMs = context.now();
    this.#pace = options.pace;
    this.#lastLogIndex = options.lastLogIndex;
    this.#nextIndex = logIndex(options.lastLogIndex + 1);
    this.#restartHeartbeat();
    this.#pump();
  }

  receive(message: ReplicatorMessage, from: Sender): void {
    switch (message.kind) {
      case 'advance':
        return this.#advance(message);
      case 'probe':
        // A heartbeat of its own: whatever else is sent may be waiting for a flush.
        this.#heartbeatDue = true;
        return this.#pump();
      case 'appendPrepared':
        return this.#appendPrepared(message);
      case 'appendEntriesReply':
        return this.#reply(message, from);
      case 'snapshotNeeded':
        return this.#snapshotNeeded(message);
      case 'chunkPrepared':
        return this.#chunkPrepared(message);
      case 'installSnapshotReply':
        return this.#installSnapshotReply(message, from);
      case 'heartbeat':
        return this.#heartbeat();
      case 'chunksDue':
        return this.#chunksDue();
      default:
        return message satisfies never;
    }
  }

  #advance(message: Of<'advance'>): void {
    this.#lastLogIndex = maxIndex(this.#lastLogIndex, message.lastLogIndex);
    this.#commitIndex = maxIndex(this.#commitIndex, message.commitIndex);
    this.#round = Math.max(this.#round, message.round);
    this.#leaseMs = message.leaseMs;
    this.#proveFreshness(message);
    const before = this.#heartbeatIntervalMs;
    this.#pace = message;
    this.#heartbeatIntervalMs = Math.min(message.heartbeatIntervalMs, message.maxHeartbeatIntervalMs ?? Infinity);
    if (this.#heartbeatIntervalMs < before) this.#restartHeartbeat();
    this.#pump();
  }

  /** The leader was the leader at a time after the peer's clock had shown that: what anybody had acknowledged by then, this leader knows to be committed. */
  #proveFreshness({ leasedAtMs, commitIndex: readIndex }: Of<'advance'>): void {
    if (leasedAtMs === null || this.#peerClock === null || this.#peerClock.receivedAtMs > leasedAtMs) return;
    const { incarnation, clockMs, wallMs } = this.#peerClock;
    this.#freshness = { incarnation, asOf: { clockMs, wallMs }, readIndex };
  }

  #restartHeartbeat(): void {
    this.#context.startTimer('heartbeat', this.#heartbeatIntervalMs, { kind: 'heartbeat' });
  }

  /** Whatever was lost is found out by an empty append: its answer ends a probe, or tells that appends are missing. */
  #heartbeat(): void {
    this.#heartbeatDue = true;
    this.#preparing = null;
    this.#restartHeartbeat();
    this.#pump();
  }

  /** Asks the log store for the next append, if there is one to send. */
  #pump(): void {
    if (this.#preparing !== null) return;
    const maxEntries = this.#roomForEntries() ? this.#options.settings.maxBatchEntries : 0;
    if (maxEntries === 0 && !this.#hasNews()) return;
    this.#sequence += 1;
    this.#preparing = { sequence: this.#sequence, withEntries: maxEntries > 0 };
    this.#context.send(logStoreAt(this.#context.self), {
      kind: 'prepareAppend',
      token: this.#options.token,
      peer: this.#options.peer.id,
      sequence: this.#sequence,
      nextIndex: this.#nextIndex,
      conflict: this.#mode.kind === 'probe' ? this.#mode.conflict : null,
      snapshotIndex: this.#pinnedIndex(),
      maxEntries,
      maxBytes: this.#options.settings.maxBatchBytes,
    });
  }

  #roomForEntries(): boolean {
    if (this.#mode.kind === 'probe') return !this.#mode.outstanding;
    if (this.#mode.kind === 'snapshot') return false;
    return this.#nextIndex <= this.#lastLogIndex && !this.#inflights.isFull;
  }

  /** What is worth an empty append: a heartbeat, a round to confirm, or, when nothing else is on its way, a commit. */
  #hasNews(): boolean {
    if (this.#heartbeatDue || this.#round > this.#sentRound) return true;
    return this.#mode.kind === 'replicate' && this.#inflights.isEmpty && this.#commitIndex > this.#sentCommitIndex;
  }

  #appendPrepared(message: Of<'appendPrepared'>): void {
    if (message.token !== this.#options.token || message.sequence !== this.#preparing?.sequence) return;
    const { withEntries } = this.#preparing;
    this.#preparing = null;
    const { sequence, prevLogIndex, prevLogTerm, entries, leaderCommit } = message;
    const lastIndex = logIndex(prevLogIndex + entries.length);
    // The log ends here, whatever was heard: an `advance` of an earlier leadership may come late, and would be asked for without end.
    if (withEntries && entries.length === 0) this.#lastLogIndex = lastIndex;
    const to = logStoreAt({ node: this.#options.peer.id, group: this.#context.self.group });
    const { term } = this.#options;
    const round = this.#round;
    // Before it is sent: what is promised for it counts from then, and the process may stand still at any point.
    const sentAt = momentOf(this.#context);
    const { electionTimeoutMinMs, electionTimeoutMaxMs } = this.#pace;
    this.#context.send(to, {
      kind: 'appendEntries',
      term,
      sequence,
      round,
      leaseMs: this.#leaseMs,
      prevLogIndex,
      prevLogTerm,
      entries,
      leaderCommit,
      freshness: this.#freshness,
      electionTimeoutMinMs,
      electionTimeoutMaxMs,
    });
    this.#freshness = null;
    this.#remember(sequence, { lastIndex, sentAt });
    this.#noteSent(sequence, lastIndex, entries);
    if (entries.length > 0) {
      this.#options.stages.sent(this.#options.peer.id, logIndex(prevLogIndex + 1), lastIndex, sentAt.clockMs);
    }
    this.#sentRound = round;
    // Not leaderCommit: the log store may not have heard of the newest yet, and the next heartbeat brings it.
    this.#sentCommitIndex = this.#commitIndex;
    // Heartbeats go out beside entries, whose answers wait for a flush: the link is measured under load as well.
    if (entries.length === 0 || this.#mode.kind !== 'replicate') {
      this.#heartbeatDue = false;
      this.#restartHeartbeat();
    }
    this.#pump();
  }

  #noteSent(sequence: number, lastIndex: LogIndex, entries: Of<'appendPrepared'>['entries']): void {
    const nowMs = this.#context.now();
    if (entries.length === 0) this.#link.sent(sequence, nowMs);
    if (this.#mode.kind === 'probe') {
      this.#nextIndex = logIndex(lastIndex - entries.length + 1);
      this.#mode = { kind: 'probe', outstanding: true, conflict: null };
      return;
    }
    if (entries.length === 0) return;
    // Sent, not yet acknowledged: the next append goes on from here.
    this.#nextIndex = logIndex(lastIndex + 1);
    const bytes = entries.reduce((sum, entry) => sum + entry.command.length, 0);
    this.#inflights.add({ sequence, lastIndex, bytes, sentAtMs: nowMs });
  }

  #remember(sequence: number, sent: Sent): void {
    this.#sent.set(sequence, sent);
    if (this.#sent.size > maxRemembered) this.#forgetUpTo(sequence - maxRemembered);
  }

  #forgetUpTo(last: number): void {
    for (const sequence of this.#sent.keys()) {
      if (sequence > last) return;
      this.#sent.delete(sequence);
    }
  }

  // --- snapshots -------------------------------------------------------------------------------------------------------

  /** Heartbeats go on meanwhile, at the snapshot's end: the first that the peer accepts says that it is installed. */
  #snapshotNeeded({ token, sequence, record }: Of<'snapshotNeeded'>): void {
    if (token !== this.#options.token || sequence !== this.#preparing?.sequence) return;
    this.#preparing = null;
    this.#inflights.clear();
    this.#nextIndex = logIndex(record.index + 1);
    const isSame = this.#mode.kind === 'snapshot' && this.#mode.sending.record.id === record.id;
    if (!isSame) {
      this.#mode = {
        kind: 'snapshot',
        sending: new SnapshotSending(record, this.#options.settings, this.#context.now()),
      };
      this.#restartChunksDue();
    }
    this.#sendChunks();
  }

  /** A timer of its own: the heartbeat's begins anew with every round, and may never end under load. */
  #restartChunksDue(): void {
    this.#context.startTimer('chunksDue', this.#options.settings.heartbeatIntervalMs, { kind: 'chunksDue' });
  }

  #chunksDue(): void {
    if (this.#mode.kind !== 'snapshot') return;
    const { sending } = this.#mode;
    const isRepeating = sending.timePassed(this.#context.now());
    // Nobody was there for long: the next heartbeat asks the log store, which may have a newer snapshot by now.
    if (isRepeating && !sending.isAwaited(this.#context.now())) this.#nextIndex = logIndex(this.#matchIndex + 1);
    this.#restartChunksDue();
    this.#sendChunks();
  }

  /** What follows must stay in the log, while the peer is being sent what comes before. */
  #pinnedIndex(): LogIndex | null {
    if (this.#mode.kind !== 'snapshot') return null;
    const { sending } = this.#mode;
    return sending.isAwaited(this.#context.now()) ? sending.record.index : null;
  }

  #sendChunks(): void {
    if (this.#mode.kind !== 'snapshot') return;
    const { sending } = this.#mode;
    const nowMs = this.#context.now();
    for (let stretch = sending.next(nowMs); stretch !== null; stretch = sending.next(nowMs)) {
      this.#context.send(applierAt(this.#context.self), {
        kind: 'readChunk',
        peer: this.#options.peer.id,
        sequence: this.#sequence,
        id: sending.record.id,
        ...stretch,
      });
    }
  }

  #chunkPrepared({ id, sequence, chunk }: Of<'chunkPrepared'>): void {
    if (this.#mode.kind !== 'snapshot' || this.#mode.sending.record.id !== id) return;
    if (chunk === null) {
      this.#mode = { kind: 'probe', outstanding: false, conflict: null };
      this.#nextIndex = logIndex(this.#matchIndex + 1);
      return;
    }
    const to = logStoreAt({ node: this.#options.peer.id, group: this.#context.self.group });
    const { term } = this.#options;
    const { record } = this.#mode.sending;
    this.#context.send(to, { kind: 'installSnapshot', term, sequence, record, ...chunk });
  }

  #installSnapshotReply(message: Of<'installSnapshotReply'>, from: Sender): void {
    if (!this.#isMeant(message, from)) return;
    this.#heard();
    if (this.#mode.kind !== 'snapshot' || this.#mode.sending.record.id !== message.id) return;
    if (this.#mode.sending.acknowledge(message.nextOffset, this.#context.now())) {
      this.#nextIndex = logIndex(this.#mode.sending.record.index + 1);
      this.#refusedSequence = this.#sequence;
      this.#preparing = null;
      this.#mode = { kind: 'probe', outstanding: false, conflict: null };
      return this.#pump();
    }
    this.#sendChunks();
    this.#pump();
  }

  /** The first word of a peer that was away: there may be a newer snapshot for it by now, or the log may do. */
  #heard(): void {
    const nowMs = this.#context.now();
    const silentMs = nowMs - this.#heardAtMs;
    this.#heardAtMs = nowMs;
    if (this.#mode.kind !== 'snapshot' || silentMs < this.#pace.electionTimeoutMaxMs) return;
    this.#mode.sending.peerIsBack(nowMs);
    this.#nextIndex = logIndex(this.#matchIndex + 1);
    this.#preparing = null;
    this.#heartbeatDue = true;
  }

  // --- replies ---------------------------------------------------------------------------------------------------------

  /** Whether a reply of the peer's is for this replicator. One that shows a higher term is told. */
  #isMeant(message: { readonly term: Term; readonly incarnation: number }, from: Sender): boolean {
    const { peer, identity, term } = this.#options;
    // A wiped machine under the peer's name has forgotten what it acknowledged.
    if (from.node !== peer.id || from.storageId !== peer.storageId) return false;
    if (message.incarnation !== identity.incarnation) return false;
    if (message.term > term) {
      this.#context.send(logStoreAt(this.#context.self), { kind: 'observeTerm', term: message.term });
    }
    return message.term === term;
  }

  #reply(message: Of<'appendEntriesReply'>, from: Sender): void {
    if (!this.#isMeant(message, from) || from.incarnation < this.#repairIncarnation) return;
    if (message.isRepairing && from.incarnation > this.#repairIncarnation) this.#startAnew(from);
    this.#heard();
    this.#noteClock(message, from);
    this.#link.heard(message.sequence, this.#context.now(), this.#pace.electionTimeoutMaxMs);
    if (message.success) this.#succeeded(message);
    else this.#refused(message);
    this.#tellLeader(message, from);
    this.#pump();
  }

  #noteClock({ clockMs, wallMs }: Of<'appendEntriesReply'>, { incarnation }: Sender): void {
    const known = this.#peerClock ?? { incarnation: 0, clockMs: 0 };
    const isSameLife = incarnation === known.incarnation;
    if (isSameLife ? clockMs <= known.clockMs : incarnation < known.incarnation) return;
    this.#peerClock = { incarnation, clockMs, wallMs, receivedAtMs: this.#context.now() };
  }

  /** What the peer has acknowledged before is gone with its log. The leader goes on counting it: the peer takes part in nothing until it has all of that again. */
  #startAnew({ incarnation }: Sender): void {
    this.#repairIncarnation = incarnation;
    this.#matchIndex = logIndex(0);
    this.#inflights.clear();
    this.#preparing = null;
    this.#mode = { kind: 'probe', outstanding: false, conflict: null };
  }

  #succeeded(message: Of<'appendEntriesReply'>): void {
    if (message.matchIndex > this.#matchIndex) {
      this.#options.stages.acknowledged(this.#options.peer.id, message.matchIndex, this.#context.now());
    }
    this.#matchIndex = maxIndex(this.#matchIndex, message.matchIndex);
    const acknowledged = this.#inflights.acknowledge(this.#matchIndex);
    if (acknowledged !== null) this.#link.acknowledged(acknowledged.sentAtMs, this.#context.now());
    const lastIndex = this.#sent.get(message.sequence)?.lastIndex;
    if (this.#mode.kind === 'snapshot' && lastIndex !== undefined && lastIndex >= this.#mode.sending.record.index) {
      this.#mode = { kind: 'probe', outstanding: true, conflict: null };
    }
    // Any answer to what was sent since the newest refusal says how far the logs agree; entries may still be on their way to disk.
    if (this.#mode.kind === 'probe' && lastIndex !== undefined && message.sequence > this.#refusedSequence) {
      this.#nextIndex = logIndex(lastIndex + 1);
      this.#mode = { kind: 'replicate' };
    }
    this.#nextIndex = maxIndex(this.#nextIndex, logIndex(this.#matchIndex + 1));
  }

  /** The logs part earlier than thought, or appends were lost: probe from where they may agree. */
  #refused(message: Of<'appendEntriesReply'>): void {
    if (message.sequence <= this.#refusedSequence) return;
    // What is acknowledged stays so: a refusal from before it is late.
    if (message.conflictIndex < this.#matchIndex) return;
    // It cannot have what the snapshot ends with before it has the snapshot.
    if (this.#mode.kind === 'snapshot') return;
    this.#refusedSequence = this.#sequence;
    this.#inflights.clear();
    this.#preparing = null;
    this.#mode = { kind: 'probe', outstanding: false, conflict: message };
  }

  #tellLeader(message: Of<'appendEntriesReply'>, { incarnation }: Sender): void {
    const sent = this.#sent.get(message.sequence);
    this.#forgetUpTo(message.sequence);
    const sentAt = sent?.sentAt ?? null;
    const heardAtMs = this.#context.now();
    const { clockMs, wallMs, promisedMs } = message;
    const reading = { heardAtMs, incarnation, clockMs, wallMs };
    this.#context.send(leaderAt(this.#context.self), {
      kind: 'matched',
      token: this.#options.token,
      peer: this.#options.peer.id,
      matchIndex: this.#matchIndex,
      round: message.round,
      promise: sentAt === null ? null : { sentAt, promisedMs },
      mode: message.isRepairing ? 'repair' : this.#mode.kind,
      transfer: this.#mode.kind === 'snapshot' ? this.#mode.sending.progress : null,
      link: this.#link.measurements,
      reading: sentAt === null ? null : { askedAtMs: sentAt.clockMs, ...reading },
    });
  }
}
