import { type Configuration, type LeaderToken, type LogIndex, logIndex } from '../types.ts';
import type { VoterProgress } from './voter-progress.ts';

/** What a grant is made from: the log store's answer, and who is to be counted. */
export interface GrantOptions {
  readonly token: LeaderToken;
  readonly configuration: Configuration;
  readonly voters: VoterProgress;
  /** The end of the log when the token was given. */
  readonly lastLogIndex: LogIndex;
}

/** What a leader holds once the log store has given it the token. */
export class Grant {
  readonly token: LeaderToken;
  readonly configuration: Configuration;
  readonly voters: VoterProgress;
  /** The no-op of this term. */
  readonly noopIndex: LogIndex;

  constructor({ token, configuration, voters, lastLogIndex }: GrantOptions) {
    this.token = token;
    this.configuration = configuration;
    this.voters = voters;
    this.noopIndex = logIndex(lastLogIndex + 1);
  }

  /** Only an entry of the own term is committed by counting; with it all before it are (Raft §5.4.2, figure 8). */
  mayCommit(index: LogIndex): boolean {
    return index >= this.noopIndex;
  }

  /** Not before the no-op is committed: until then this leader may not know what its predecessors acknowledged (etcd#7331). */
  mayRead(commitIndex: LogIndex): boolean {
    return commitIndex >= this.noopIndex;
  }
}
