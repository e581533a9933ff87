import { type LeaderToken, type LogIndex, logIndex } from '../types.ts';
import type { LeaderClocks } from './leader-clocks.ts';
import type { LogEnd } from './log-end.ts';
import type { Membership } from './membership.ts';
import type { PeerWatch } from './peer-watch.ts';
import type { Replicators } from './replicators.ts';
import type { VoterProgress } from './voter-progress.ts';

/** What a grant is made from: the log store's answer, and who is to be counted. */
export interface GrantOptions {
  readonly token: LeaderToken;
  readonly membership: Membership;
  readonly voters: VoterProgress;
  readonly replicators: Replicators;
  readonly peers: PeerWatch;
  readonly clocks: LeaderClocks;
  /** As it was when the token was given. */
  readonly log: LogEnd;
}

/** What a leader holds once the log store has given it the token. */
export class Grant {
  readonly token: LeaderToken;
  readonly membership: Membership;
  readonly voters: VoterProgress;
  readonly replicators: Replicators;
  /** How the peers stand by the failure detector. */
  readonly peers: PeerWatch;
  readonly clocks: LeaderClocks;
  readonly log: LogEnd;
  /** The no-op of this term. */
  readonly noopIndex: LogIndex;

  constructor({ token, membership, voters, replicators, peers, clocks, log }: GrantOptions) {
    this.token = token;
    this.membership = membership;
    this.voters = voters;
    this.replicators = replicators;
    this.peers = peers;
    this.clocks = clocks;
    this.log = log;
    this.noopIndex = logIndex(log.lastLogIndex + 1);
  }

  /** Only an entry of the own term is committed by counting; with it all before it are (Raft §5.4.2, figure 8). */
  mayCommit(index: LogIndex): boolean {
    return index >= this.noopIndex;
  }

  /** Not before the no-op is committed: else two changes of different terms could meet, with quorums that do not (the dissertation's erratum of 2015). */
  mayChangeMembers(commitIndex: LogIndex): boolean {
    return commitIndex >= this.noopIndex;
  }

  /** Not before the no-op is committed: until then this leader may not know what its predecessors acknowledged (etcd#7331). */
  mayRead(commitIndex: LogIndex): boolean {
    return commitIndex >= this.noopIndex;
  }
}
