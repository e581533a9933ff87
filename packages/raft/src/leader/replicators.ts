import type { Context, NodeId, Sender } from '@quorate/actor';
import { replicatorAt, replicatorName } from '../addresses.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { ReplicatorPace } from '../replicator/replicator.ts';
import type { RaftSettings } from '../settings.ts';
import type { StageRecorder } from '../stages/stage-recorder.ts';
import type { LeaderToken, LogIndex, Term, Voter } from '../types.ts';
import type { LeaderMessage } from './messages.ts';
import type { Pace } from './pace.ts';
import type { ReadNews } from './read-desk.ts';

/** So long, in election timeouts, a member that was removed still gets the log. */
const formerPeerElectionTimeouts = 10;

/** What the replicators of one leadership are made from. */
export interface ReplicatorsOptions {
  readonly context: Context<LeaderMessage>;
  readonly token: LeaderToken;
  readonly term: Term;
  readonly identity: Sender;
  readonly settings: RaftSettings;
  readonly stages: StageRecorder;
  readonly pace: Pace;
  readonly parts: RaftParts;
}

/** What replicators have to know of their leader. */
export interface LeaderNews extends ReadNews {
  readonly lastLogIndex: LogIndex;
  readonly commitIndex: LogIndex;
}

/** The replicators of one leadership, the leader's children: one for each peer. */
export class Replicators {
  readonly #options: ReplicatorsOptions;
  readonly #running = new Map<NodeId, { stopsAtMs: number | null }>();

  constructor(options: ReplicatorsOptions) {
    this.#options = options;
  }

  /** Starts those that are missing. Whoever was removed gets the log for a while yet, so that it hears of it. */
  serve(peers: readonly Voter[], lastLogIndex: LogIndex): void {
    const { context, pace } = this.#options;
    for (const peer of peers) if (!this.#running.has(peer.id)) this.#start(peer, lastLogIndex);
    const stopsAtMs = context.now() + formerPeerElectionTimeouts * pace.electionTimeoutMaxMs;
    for (const [id, replicator] of this.#running) {
      if (!peers.some((peer) => peer.id === id)) replicator.stopsAtMs ??= stopsAtMs;
    }
  }

  /** Tells all of them how far the log, the commits and the rounds of confirmation are, the pace, and what the lease needs. */
  advance(news: LeaderNews): void {
    const { context, pace } = this.#options;
    // Each field is named: with every append and every commit, spreading them would cost more than all the rest of it.
    const told = {
      kind: 'advance',
      lastLogIndex: news.lastLogIndex,
      commitIndex: news.commitIndex,
      round: news.round,
      leaseMs: news.leaseMs,
      maxHeartbeatIntervalMs: news.maxHeartbeatIntervalMs,
      leasedAtMs: news.leasedAtMs,
      heartbeatIntervalMs: pace.heartbeatIntervalMs,
      electionTimeoutMinMs: pace.electionTimeoutMinMs,
      electionTimeoutMaxMs: pace.electionTimeoutMaxMs,
    } as const;
    for (const id of this.#running.keys()) context.send(replicatorAt(context.self, id), told);
  }

  /** Asks a peer, or tells it, that each side is there: by a heartbeat at once. */
  probe(peer: NodeId): void {
    const { context } = this.#options;
    if (this.#running.has(peer)) context.send(replicatorAt(context.self, peer), { kind: 'probe' });
  }

  /** The same for all of them. */
  probeAll(): void {
    for (const id of this.#running.keys()) this.probe(id);
  }

  /** Stops those of former peers whose time is over. */
  stopFormer(): void {
    const { context } = this.#options;
    for (const [id, { stopsAtMs }] of this.#running) {
      if (stopsAtMs === null || context.now() < stopsAtMs) continue;
      context.stop(replicatorName(id));
      this.#running.delete(id);
    }
  }

  /** As it is now. */
  #pace(): ReplicatorPace {
    const { heartbeatIntervalMs, electionTimeoutMinMs, electionTimeoutMaxMs } = this.#options.pace;
    return { heartbeatIntervalMs, electionTimeoutMinMs, electionTimeoutMaxMs };
  }

  #start(peer: Voter, lastLogIndex: LogIndex): void {
    const { context, token, term, identity, settings, stages, parts } = this.#options;
    const options = { peer, token, term, identity, settings, stages, lastLogIndex, pace: this.#pace() };
    this.#running.set(peer.id, { stopsAtMs: null });
    context.spawn(replicatorName(peer.id), (child) => new parts.Replicator(child, options, parts), {
      kind: 'replicatorFailed',
    });
  }
}
