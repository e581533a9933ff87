import type { Context, NodeId } from '@quorate/actor';
import { replicatorAt } from '../addresses.ts';
import type { Logger, MemberTracer } from '../ports.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { RaftSettings } from '../settings.ts';
import type { Voter } from '../types.ts';
import type { FailureDetector, PeerStage } from './failure-detector.ts';
import type { LeaderMessage } from './messages.ts';

/** What the peers of one leadership are watched with. */
export interface PeerWatchOptions {
  readonly context: Context<LeaderMessage>;
  readonly settings: RaftSettings;
  readonly logger: Logger;
  readonly tracer: MemberTracer;
  readonly parts: Pick<RaftParts, 'FailureDetector'>;
}

/** The failure detectors of one leadership, one for each peer: what earlier leaders saw of them counts for nothing. */
export class PeerWatch {
  readonly #options: PeerWatchOptions;
  readonly #detectors = new Map<NodeId, FailureDetector>();
  /** The peers that were said to be offline, and since when they were silent. */
  readonly #offline = new Map<NodeId, number>();

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
      if ((stage === 'offline') !== this.#offline.has(id)) this.#tell(id, stage, nowMs);
    }
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
    const detector = new this.#options.parts.FailureDetector(this.#options.settings, nowMs);
    this.#detectors.set(peer, detector);
    return detector;
  }

  #forgetOthers(peers: readonly Voter[]): void {
    for (const id of this.#detectors.keys()) {
      if (peers.some((peer) => peer.id === id)) continue;
      this.#detectors.delete(id);
      this.#offline.delete(id);
    }
  }

  #probe(peer: NodeId): void {
    const { context } = this.#options;
    context.send(replicatorAt(context.self, peer), { kind: 'probe' });
  }

  /** Each once: a peer that has just gone, or come back. */
  #tell(peer: NodeId, stage: PeerStage, nowMs: number): void {
    const { logger, tracer } = this.#options;
    if (stage === 'offline') {
      const silentMs = Math.round(this.silentForMs(peer));
      this.#offline.set(peer, nowMs - silentMs);
      logger.warn('a member is offline', { member: peer, silentMs });
      return tracer.stageChanged({ peer, stage, silentMs });
    }
    const silentMs = Math.round(nowMs - (this.#offline.get(peer) ?? nowMs));
    this.#offline.delete(peer);
    logger.info('a member is back', { member: peer, silentMs });
    tracer.stageChanged({ peer, stage, silentMs });
  }
}
