import type { Context, NodeId, Sender } from '@quorate/actor';
import { gatewayAt } from '../addresses.ts';
import { momentOf } from '../moment.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { RaftSettings } from '../settings.ts';
import type { LeaderToken, LogIndex, Term } from '../types.ts';
import type { Grant } from './grant.ts';
import type { Lease, VoterPromise } from './lease.ts';
import type { LeaderMessage } from './messages.ts';
import type { ReadRounds } from './read-rounds.ts';

type Of<Kind extends LeaderMessage['kind']> = Extract<LeaderMessage, { kind: Kind }>;

/** What the desk works with. */
export interface ReadDeskOptions {
  readonly context: Context<LeaderMessage>;
  readonly term: Term;
  readonly settings: RaftSettings;
  readonly parts: Pick<RaftParts, 'Lease' | 'ReadRounds'>;
}

/** What the leader asks of the voters for its lease. */
export interface LeaseTerms {
  /** How long they are to promise; 0: not at all. */
  readonly leaseMs: number;
  /** The longest that may pass between two heartbeats; null: whatever is usual. */
  readonly maxHeartbeatIntervalMs: number | null;
}

/** What replicators are told for the sake of reads. */
export interface ReadNews extends LeaseTerms {
  /** The newest round, which every AppendEntries asks to confirm. */
  readonly round: number;
  /** Now, if the lease is valid: the followers may rest proofs of their freshness on it. */
  readonly leasedAtMs: number | null;
}

/** So long after the last read that wanted it the lease is kept up. */
const readsFlowMs = 1000;

/** So often promises are renewed while they are wanted: two of three may be lost. */
const renewalsInLease = 3;

const noLease: LeaseTerms = { leaseMs: 0, maxHeartbeatIntervalMs: null };

/**
 * Where gateways ask from which index on they may read. The lease answers at once, if it is valid; else a round of confirmation does,
 * which renews it. The lease is asked for only as long as reads flow: the promises hold up the next leader if this one dies.
 */
export class ReadDesk {
  readonly #options: ReadDeskOptions;
  readonly #rounds: ReadRounds;
  readonly #lease: Lease;
  /** Whether the clocks of the voters are such that a lease may rest on them. */
  #mayLease = true;
  #wantedAtMs = Number.NEGATIVE_INFINITY;
  #fallbacks = 0;

  constructor(options: ReadDeskOptions) {
    this.#options = options;
    this.#rounds = new options.parts.ReadRounds();
    this.#lease = new options.parts.Lease(options.settings.maxClockDrift);
  }

  /** Before the first round: office is taken. */
  startFor(token: LeaderToken): void {
    this.#rounds.startFor(token);
  }

  /** The newest round, which every AppendEntries asks to confirm. 0 before the first. */
  get round(): number {
    return this.#rounds.round;
  }

  /** Takes a question: it is answered at once, or waits for a round. */
  take(message: Of<'readIndex'>, from: Sender, grant: Grant | null, commitIndex: LogIndex): void {
    const { context, term, settings } = this.#options;
    if (message.term !== term) return this.#answer(from, message.sequence, null);
    if (message.mayUseLease && settings.leaseMs > 0) {
      this.#wantedAtMs = context.now();
      if (grant !== null && this.#isLeased(grant, commitIndex))
        return this.#answer(from, message.sequence, commitIndex, message.traceparent !== undefined);
      this.#fallbacks += 1;
    }
    this.#rounds.add({ from, sequence: message.sequence });
  }

  /** Begins a round, if it may and anyone waits for one. True if the voters have to be asked now. */
  begin(grant: Grant, commitIndex: LogIndex): boolean {
    return grant.mayRead(commitIndex) && this.#rounds.begin(commitIndex);
  }

  /** Answers those who wait for the round, if a quorum has confirmed it. */
  finish(grant: Grant): void {
    if (!this.#rounds.asking || !grant.voters.isConfirmedByQuorum(this.#rounds.round)) return;
    const finished = this.#rounds.finish();
    if (finished === null) return;
    for (const { from, sequence } of finished.requests) this.#answer(from, sequence, finished.readIndex);
  }

  /** A voter has promised. */
  promised(voter: NodeId, promise: VoterPromise): void {
    this.#lease.promised(voter, promise);
  }

  /** Whether the lease is to be kept up. */
  get isLeaseWanted(): boolean {
    const isRecent = this.#options.context.now() - this.#wantedAtMs < readsFlowMs;
    return this.#mayLease && !this.#lease.isOver && isRecent;
  }

  /** So often promises have to be renewed. */
  get renewalIntervalMs(): number {
    return this.#options.settings.leaseMs / renewalsInLease;
  }

  /** What is asked of the voters now. */
  get leaseTerms(): LeaseTerms {
    if (!this.isLeaseWanted) return noLease;
    return { leaseMs: this.#options.settings.leaseMs, maxHeartbeatIntervalMs: this.renewalIntervalMs };
  }

  /** Whether there may be a lease: none may rest on a clock that runs so fast that its voter's promise is over before the leader thinks so. */
  allowLease(mayLease: boolean): void {
    if (this.#mayLease && !mayLease) this.dropLease();
    this.#mayLease = mayLease;
  }

  /** What the lease rests on may not hold any more: whatever was promised so far counts for nothing. */
  dropLease(): void {
    this.#lease.drop(this.#options.context.now());
  }

  /** Another is asked to campaign: there is no lease for the rest of the term. */
  endLease(): void {
    this.#lease.end();
  }

  /** What replicators are told now. */
  news(grant: Grant, commitIndex: LogIndex): ReadNews {
    const { leaseMs, maxHeartbeatIntervalMs } = this.leaseTerms;
    const isLeased = leaseMs > 0 && this.#isLeased(grant, commitIndex);
    const leasedAtMs = isLeased ? this.#options.context.now() : null;
    return { round: this.round, leaseMs, maxHeartbeatIntervalMs, leasedAtMs };
  }

  /** How the lease stands, for people. */
  describe(grant: Grant | null, commitIndex: LogIndex): { readonly isValid: boolean; readonly fallbacks: number } {
    return { isValid: grant !== null && this.#isLeased(grant, commitIndex), fallbacks: this.#fallbacks };
  }

  /** With a fresh clock, when the read has been taken from the mailbox: what was checked before a pause says nothing (tikv#10011). */
  #isLeased(grant: Grant, commitIndex: LogIndex): boolean {
    const { configuration } = grant.membership;
    return (
      this.#mayLease &&
      grant.mayRead(commitIndex) &&
      this.#lease.isValid(configuration, momentOf(this.#options.context))
    );
  }

  #answer(to: Sender, sequence: number, readIndex: LogIndex | null, saysLease = false): void {
    const { context, term } = this.#options;
    const told = { term, incarnation: to.incarnation, sequence, readIndex };
    const reply = { kind: 'readIndexReply', ...told, ...(saysLease ? { isLeased: true } : {}) } as const;
    context.send(gatewayAt({ node: to.node, group: context.self.group }), reply);
  }
}
