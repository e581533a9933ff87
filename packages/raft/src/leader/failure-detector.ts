/** How a peer stands by the failure detector: heard of late; silent; silent for so long that it is asked; and silent to that too. */
export const peerStages = ['alive', 'suspect', 'probe', 'offline'] as const;

/** How a peer stands by the failure detector. */
export type PeerStage = (typeof peerStages)[number];

/** When a silent peer is in which stage. */
export interface DetectorSettings {
  /** Silent for so many heartbeat intervals, a peer is suspect. */
  readonly suspectAfterHeartbeats: number;
  /** With so many heartbeats in a row unanswered it is probed. */
  readonly probeAfterHeartbeats: number;
  /** Without an answer to a probe for so long it is offline. */
  readonly probeTimeoutMs: number;
}

/** How fast the leader beats, as it is measured. */
export interface DetectorPace {
  readonly heartbeatIntervalMs: number;
  /** So many heartbeats may go unanswered in a row by chance alone. */
  readonly heartbeatsToDoubt: number;
  /** An answer to a probe is waited for so long at least. */
  readonly electionTimeoutMaxMs: number;
}

/**
 * The failure detector for one peer, fed with the messages that flow anyway: any word of the peer makes it alive. It decides
 * nothing that safety rests on: who leads and what is committed is up to quorums.
 */
export class FailureDetector {
  readonly #settings: DetectorSettings;
  readonly #pace: DetectorPace;
  #stage: PeerStage = 'alive';
  #heardAtMs: number;
  #stageSinceMs: number;
  #isHeardSinceTick = true;
  #unansweredHeartbeats = 0;

  /** The peer counts as heard at `nowMs`. The pace is looked at whenever it matters. */
  constructor(settings: DetectorSettings, pace: DetectorPace, nowMs: number) {
    this.#settings = settings;
    this.#pace = pace;
    this.#heardAtMs = nowMs;
    this.#stageSinceMs = nowMs;
  }

  get stage(): PeerStage {
    return this.#stage;
  }

  /** How long nothing was heard. */
  silentForMs(nowMs: number): number {
    return Math.max(0, nowMs - this.#heardAtMs);
  }

  /** How long it has been offline; 0 in any other stage. */
  offlineForMs(nowMs: number): number {
    return this.#stage === 'offline' ? Math.max(0, nowMs - this.#stageSinceMs) : 0;
  }

  /** The peer has said something. */
  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
    this.#isHeardSinceTick = true;
    this.#unansweredHeartbeats = 0;
    this.#enter('alive', nowMs);
  }

  /**
   * A heartbeat interval is over, in which the peer was sent a heartbeat at least. Heartbeats are counted and not reckoned from
   * the clock: an observer that stood still for a second has sent one, and not twenty that nobody answered.
   */
  tick(nowMs: number): PeerStage {
    if (!this.#isHeardSinceTick) this.#unansweredHeartbeats += 1;
    this.#isHeardSinceTick = false;
    const next = this.#next(nowMs);
    if (next !== this.#stage) this.#enter(next, nowMs);
    return this.#stage;
  }

  /** One stage after the other: nobody is offline that was not asked. */
  #next(nowMs: number): PeerStage {
    const { suspectAfterHeartbeats, probeAfterHeartbeats, probeTimeoutMs } = this.#settings;
    const { heartbeatIntervalMs, heartbeatsToDoubt, electionTimeoutMaxMs } = this.#pace;
    // On a link that loses heartbeats a few in a row say nothing.
    const doubtAfter = Math.max(suspectAfterHeartbeats, heartbeatsToDoubt);
    switch (this.#stage) {
      case 'alive':
        return this.silentForMs(nowMs) >= doubtAfter * heartbeatIntervalMs ? 'suspect' : 'alive';
      case 'suspect':
        return this.#unansweredHeartbeats >= Math.max(probeAfterHeartbeats, doubtAfter) ? 'probe' : 'suspect';
      case 'probe':
        return nowMs - this.#stageSinceMs >= Math.max(probeTimeoutMs, electionTimeoutMaxMs) ? 'offline' : 'probe';
      case 'offline':
        return 'offline';
      default:
        return this.#stage satisfies never;
    }
  }

  #enter(stage: PeerStage, nowMs: number): void {
    this.#stage = stage;
    this.#stageSinceMs = nowMs;
  }
}
