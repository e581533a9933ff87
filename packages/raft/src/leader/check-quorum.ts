import type { VoterProgress } from './voter-progress.ts';

/** Whether a leader has its quorum. `aside`: it cannot know, without a connection to the bus. */
export type QuorumStanding = 'leads' | 'aside' | 'lost';

/** What a leader's standing is judged by. */
export interface Circumstances {
  readonly voters: VoterProgress;
  readonly nowMs: number;
  readonly electionTimeoutMaxMs: number;
}

/**
 * CheckQuorum (dissertation §6.2): a leader that hears no quorum for an election timeout steps down, so that its clients look for another.
 *
 * Without its own connection to the bus a leader hears nobody, and that says nothing of the others. It stands aside after an
 * election timeout: nobody can ask it anything, and others may lead by now. When it is back on the bus it goes on, if a quorum still
 * follows it: so a restart of NATS under a healthy group costs no election.
 */
export class CheckQuorum {
  #lostBusAtMs: number | null = null;
  #connectedAtMs = Number.NEGATIVE_INFINITY;
  #isAside = false;

  /** The node has lost its connection to the bus. */
  busLost(nowMs: number): void {
    this.#lostBusAtMs ??= nowMs;
  }

  /** It has a new one. */
  busConnected(nowMs: number): void {
    this.#lostBusAtMs = null;
    this.#connectedAtMs = nowMs;
  }

  /** How the leader stands now. */
  standing({ voters, nowMs, electionTimeoutMaxMs }: Circumstances): QuorumStanding {
    const sinceMs = nowMs - electionTimeoutMaxMs;
    const isHeard = voters.isHeardByQuorum(this.#isAside ? Math.max(sinceMs, this.#connectedAtMs) : sinceMs);
    if (isHeard) this.#isAside = false;
    else if (this.#lostBusAtMs !== null) this.#isAside ||= this.#lostBusAtMs <= sinceMs;
    else if (this.#connectedAtMs <= sinceMs) return 'lost';
    return this.#isAside ? 'aside' : 'leads';
  }
}
