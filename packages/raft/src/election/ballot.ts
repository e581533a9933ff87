import type { NodeId, Sender } from '@quorate/actor';
import { isQuorum, voterOf } from '../quorum.ts';
import type { Configuration } from '../types.ts';

/** What is asked: would you vote for me, or a vote. */
export type Stage = 'preVote' | 'vote';

/** What a ballot is opened with. */
export interface BallotOptions {
  readonly stage: Stage;
  /** Numbers the campaigns of this node: replies echo it. */
  readonly attempt: number;
  readonly configuration: Configuration;
  readonly self: NodeId;
}

/** A round of asking. Votes are a set of voters, so that a doubled reply counts once (nats-io/graft counted an integer). */
export class Ballot {
  readonly stage: Stage;
  readonly attempt: number;
  /** A quorum has granted it, and that was acted upon: what comes later changes nothing. */
  won = false;
  readonly #configuration: Configuration;
  readonly #granted: Set<NodeId>;

  /** The own vote is in it: for `vote` the log store has it on disk already. */
  constructor({ stage, attempt, configuration, self }: BallotOptions) {
    this.stage = stage;
    this.attempt = attempt;
    this.#configuration = configuration;
    this.#granted = new Set([self]);
  }

  /** Counts a vote, if it is one of a voter with the disk that the configuration names: a wiped one has forgotten its votes. */
  grant(from: Sender): void {
    const voter = voterOf(this.#configuration, from);
    if (voter !== null) this.#granted.add(voter.id);
  }

  /** Whether a quorum has granted it. */
  get isGranted(): boolean {
    return isQuorum(this.#configuration, (voter) => this.#granted.has(voter.id));
  }
}
