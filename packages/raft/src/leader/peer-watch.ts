import type { Context, NodeId } from '@quorate/actor';
import { replicatorAt } from '../addresses.ts';
import type { Logger, MemberTracer } from '../ports.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { RaftSettings } from '../settings.ts';
import type { Voter } from '../types.ts';
import type { FailureDetector, PeerStage } from './failure-detector.ts';
import type { LeaderMessage } from './messages.ts';
import type { Pace } from './pace.ts';

/** What the peers of one leadership are watched with. */
export interface PeerWatchOptions {
  readonly context: Context<LeaderMessage>;
  readonly settings: RaftSettings;
  readonly pace: Pace;
  readonly logger: Logger;
  readonly tracer: MemberTracer;
  readonly parts: Pick<RaftParts, 'FailureDetector'>;
}

/** The failure detectors of one leadership, one for each peer: what earlier leaders saw of them counts for nothing. */
export class PeerWatch {
  readonly #options: PeerWatchOptions;
  readonly #detectors = new Map<NodeId, FailureDetector>();
  /** In which stage each peer was said to be, if it was not alive, and since when it was silent. */
  readonly #told = new Map<NodeId, { readonly stage: PeerStage; readonly silentSinceMs: number }>();

  constructor(options: PeerWatchOptions) {
    this.#options = options;
  }

  /** The peer has said something. */
  heard(peer: NodeId): void {
    this.#detectors.get(peer)?.heard(this.#options.context.now());
  }

  /** A heartbeat interval is over. Whoever is to be probed is, and is again at the next. */
  tick(peers: readonly Voter[]): void {
    const nowMs = this.#options.context.now();
    this.#forgetOthers(peers);
    for (const { id } of peers) {
      const stage = this.#detectorOf(id, nowMs).tick(nowMs);
      if (stage === 'probe') this.#probe(id);
      if (stage !== (this.#told.get(id)?.stage ?? 'alive')) this.#tell(id, stage, nowMs);
    }
  }

  /** Every peer counts as heard now. */
  startAnew(): void {
    this.#detectors.clear();
  }

  /** How a peer stands. */
  stageOf(peer: NodeId): PeerStage {
    return this.#detectors.get(peer)?.stage ?? 'alive';
  }

  /** How long nothing was heard of a peer. */
  silentForMs(peer: NodeId): number {
    return this.#detectors.get(peer)?.silentForMs(this.#options.context.now()) ?? 0;
  }

  /** How long a peer has been offline; 0 if it is not. */
  offlineForMs(peer: NodeId): number {
    return this.#detectors.get(peer)?.offlineForMs(this.#options.context.now()) ?? 0;
  }

  #detectorOf(peer: NodeId, nowMs: number): FailureDetector {
    const known = this.#detectors.get(peer);
    if (known !== undefined) return known;
    const detector = new this.#options.parts.FailureDetector(this.#options.settings, this.#options.pace, nowMs);
    this.#detectors.set(peer, detector);
    return detector;
  }

  #forgetOthers(peers: readonly Voter[]): void {
    for (const id of this.#detectors.keys()) {
      if (peers.some((peer) => peer.id === id)) continue;
      this.#detectors.delete(id);
      this.#told.delete(id);
    }
  }

  #probe(peer: NodeId): void {
    const { context } = this.#options;
    context.send(replicatorAt(context.self, peer), { kind: 'probe' });
  }

  /** Each change once. */
  #tell(peer: NodeId, stage: PeerStage, nowMs: number): void {
    const { logger, tracer } = this.#options;
    const before = this.#told.get(peer);
    const silentSinceMs = before?.silentSinceMs ?? nowMs - this.silentForMs(peer);
    const silentMs = Math.round(nowMs - silentSinceMs);
    if (stage === 'alive') this.#told.delete(peer);
    else this.#told.set(peer, { stage, silentSinceMs });
    if (stage === 'offline') logger.warn('a member is offline', { member: peer, silentMs });
    else if (stage !== 'alive') logger.info('a member is silent', { member: peer, stage, silentMs });
    else if (before?.stage === 'offline') logger.info('a member is back', { member: peer, silentMs });
    else logger.info('a member answers again', { member: peer, silentMs });
    tracer.stageChanged({ peer, stage, silentMs });
  }
}
