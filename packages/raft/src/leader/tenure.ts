import type { NodeId } from '@quorate/actor';
import type { ElectionTimeouts } from '../election-timeouts.ts';
import { otherVotersOf } from '../quorum.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { RaftSettings } from '../settings.ts';
import type { LogIndex } from '../types.ts';
import { CheckQuorum } from './check-quorum.ts';
import type { Grant } from './grant.ts';
import { OwnDisk } from './own-disk.ts';
import type { Pace } from './pace.ts';

/** What a tenure begins with. */
export interface TenureOptions {
  readonly self: NodeId;
  readonly settings: RaftSettings;
  /** Those that the election was won with. */
  readonly electionTimeouts: ElectionTimeouts;
  readonly parts: Pick<RaftParts, 'Pace'>;
  readonly nowMs: number;
}

/**
 * How a leader stands. `aside`: it cannot be reached, and takes nothing, but may yet be the one that all others wait for.
 * `lost`: it is to step down, and, if it `handsOver`, another can be told to take its place.
 */
export type Standing =
  | { readonly kind: 'leads' | 'aside' }
  | { readonly kind: 'lost'; readonly reason: string; readonly handsOver: boolean };

/** What a leader's hold on its office rests on: a quorum that answers, a connection to the bus, a disk that gets on. Its pace follows what it sees of them. */
export class Tenure {
  readonly pace: Pace;
  readonly #self: NodeId;
  readonly #checkQuorum = new CheckQuorum();
  readonly #disk: OwnDisk;
  #isOnBus = true;

  constructor({ self, settings, electionTimeouts, parts, nowMs }: TenureOptions) {
    this.#self = self;
    this.pace = new parts.Pace(settings, electionTimeouts);
    this.#disk = new OwnDisk(nowMs);
  }

  /** The node has lost its connection to the bus. */
  busLost(nowMs: number): void {
    this.#isOnBus = false;
    this.#checkQuorum.busLost(nowMs);
  }

  /** It has a new one. */
  busConnected(nowMs: number): void {
    this.#isOnBus = true;
    this.#disk.startAnew(nowMs);
    this.#checkQuorum.busConnected(nowMs);
  }

  /** The log ends there now. */
  appended(lastIndex: LogIndex, nowMs: number): void {
    this.#disk.appended(lastIndex, nowMs);
  }

  /** All up to there is on this node's disk. */
  durable(durableIndex: LogIndex, nowMs: number): void {
    this.#disk.reached(durableIndex, nowMs);
  }

  /** Looks at all of it, once in a heartbeat interval. */
  examine({ voters, membership }: Grant, nowMs: number): Standing {
    const { electionTimeoutMaxMs, heartbeatIntervalMs } = this.pace;
    const quorum = this.#checkQuorum.standing({ voters, nowMs, electionTimeoutMaxMs });
    if (quorum === 'lost') return { kind: 'lost', reason: 'no quorum answers', handsOver: false };
    // Without the bus what the disk has taken may not be heard here: a node's own messages may travel over it.
    if (this.#isOnBus) this.#disk.tick(nowMs, heartbeatIntervalMs);
    if (quorum === 'aside') return { kind: 'aside' };
    const hasOtherVoters = otherVotersOf(membership.configuration, this.#self).length > 0;
    if (hasOtherVoters && this.#disk.stalledMs > electionTimeoutMaxMs) {
      return { kind: 'lost', reason: 'the disk stands still', handsOver: true };
    }
    this.pace.adapt(voters.measured(this.#self, this.#disk.flushMs, nowMs - electionTimeoutMaxMs));
    return { kind: 'leads' };
  }
}
