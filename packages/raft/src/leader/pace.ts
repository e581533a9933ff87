import { type BroadcastTimes, type ElectionTimeouts, electionTimeoutsFor } from '../election-timeouts.ts';
import type { RaftSettings } from '../settings.ts';

/** What a leader has measured of its quorum. */
export interface Measured extends BroadcastTimes {
  /** The share of heartbeats that is lost on the worst link to a voter that answers. */
  readonly loss: number;
}

/** All heartbeats of an election timeout are lost with no more than this chance. */
const acceptedChance = 1 / 1000;
/** So many heartbeats fit into an election timeout at least, and at most: more of them would rather fill the network than get through. */
const leastHeartbeats = 3;
const mostHeartbeats = 15;
/** However slow the network is: what is measured must not be older. */
const longestIntervalMs = 250;

/**
 * How fast a leadership beats: its heartbeats, and the election timeouts that it tells its followers, so that all of them count by the same. They
 * follow what is measured, as in Dynatune ("Dynamic Tuning of Raft Election Parameters Using Network Measurement"): timeouts by
 * round trip and flush, heartbeats by loss, so that enough of them fit into a timeout.
 */
export class Pace implements ElectionTimeouts {
  readonly #settings: RaftSettings;
  #timeouts: ElectionTimeouts;
  #loss = 0;

  /** Until something is measured the timeouts are those that the election was won with. */
  constructor(settings: RaftSettings, timeouts: ElectionTimeouts) {
    this.#settings = settings;
    this.#timeouts = timeouts;
  }

  get electionTimeoutMinMs(): number {
    return this.#timeouts.electionTimeoutMinMs;
  }

  get electionTimeoutMaxMs(): number {
    return this.#timeouts.electionTimeoutMaxMs;
  }

  /** How often a peer is sent a heartbeat. */
  get heartbeatIntervalMs(): number {
    return Math.min(longestIntervalMs, this.electionTimeoutMinMs / this.heartbeatsInTimeout(this.#loss));
  }

  /** So many heartbeats in a row are lost by chance alone with no more than the accepted chance: only then is a peer in doubt. */
  get heartbeatsToDoubt(): number {
    return heartbeatsNeeded(this.#loss);
  }

  /** Follows what was measured. What is not known yet says nothing against the timeouts that the election was won with. */
  adapt(measured: Measured): void {
    this.#loss = measured.loss;
    const timeouts = electionTimeoutsFor(this.#settings, measured);
    const isKnown = measured.roundTripMs !== null && measured.flushMs !== null;
    if (isKnown || timeouts.electionTimeoutMinMs > this.electionTimeoutMinMs) this.#timeouts = timeouts;
  }

  /** One more than must not all be lost: the last of them comes just too late. */
  protected heartbeatsInTimeout(loss: number): number {
    const { electionTimeoutMinMs, heartbeatIntervalMs } = this.#settings;
    const wanted = Math.max(leastHeartbeats, electionTimeoutMinMs / heartbeatIntervalMs, heartbeatsNeeded(loss) + 1);
    return Math.min(wanted, Math.max(mostHeartbeats, electionTimeoutMinMs / heartbeatIntervalMs));
  }
}

/** How many heartbeats it takes until one has come with all but the accepted chance. */
function heartbeatsNeeded(loss: number): number {
  if (loss <= acceptedChance) return 1;
  if (loss >= 1) return mostHeartbeats;
  return Math.min(mostHeartbeats, Math.ceil(Math.log(acceptedChance) / Math.log(loss)));
}
