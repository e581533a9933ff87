import type { Context, Sender } from '@quorate/actor';
import { gatewayAt } from '../addresses.ts';
import type { ProposalOutcome } from '../gateway/messages.ts';
import { invariant } from '../invariant.ts';
import type { CommitTracer } from '../ports.ts';
import type { StageRecorder } from '../stages/stage-recorder.ts';
import type { LogIndex, Term } from '../types.ts';
import type { LeaderMessage } from './messages.ts';
import { configurationProposal, type Proposal, type Proposals } from './proposals.ts';
import type { UncommittedBytes } from './uncommitted-bytes.ts';

type Of<Kind extends LeaderMessage['kind']> = Extract<LeaderMessage, { kind: Kind }>;

/** What the desk works with. */
export interface ProposalDeskOptions {
  readonly context: Context<LeaderMessage>;
  readonly term: Term;
  readonly tracer: CommitTracer;
  readonly stages: StageRecorder;
  readonly proposals: Proposals;
  readonly uncommitted: UncommittedBytes;
}

const noCommand = new Uint8Array();

const overloaded: ProposalOutcome = { kind: 'overloaded' };

/** Where gateways hand in what is to be proposed, each once, and are told what became of it. */
export class ProposalDesk {
  readonly #options: ProposalDeskOptions;
  #overloads = 0;

  constructor(options: ProposalDeskOptions) {
    this.#options = options;
  }

  /** Takes a command, unless it was taken before, or there is no room for it. */
  take(message: Of<'propose'>, from: Sender): void {
    const { proposals, uncommitted, context } = this.#options;
    const { sequence, command } = message;
    if (!this.#isNew(message, from)) return;
    if (!uncommitted.hasRoomFor(message)) {
      this.#overloads += 1;
      proposals.refuse(from, sequence);
      return this.#reply(from, sequence, overloaded);
    }
    const span = this.#options.tracer.start(message.traceparent);
    const takenAtMs = context.now();
    const proposal: Proposal = {
      sequence,
      from,
      kind: 'command',
      command,
      span,
      takenAtMs,
      index: null,
      outcome: null,
    };
    proposals.take(from, proposal);
    uncommitted.taken(proposal);
  }

  /** A change of the members that was not asked for before; null if it was. Also one that is refused is noted: a late copy would else be carried out, though its asker was told that nothing has changed. */
  noteChange(message: Of<'proposeChange'>, from: Sender): Proposal | null {
    if (!this.#isNew(message, from)) return null;
    const proposal = configurationProposal(from, message.sequence);
    this.#options.proposals.note(from, proposal);
    return proposal;
  }

  /** Tells the asker what became of it. */
  settle(proposal: Proposal, outcome: ProposalOutcome): void {
    proposal.outcome = outcome;
    // What is kept is the answer, for when it is asked for again.
    proposal.command = noCommand;
    proposal.span?.end(outcome.kind);
    if (proposal.from !== null) this.#reply(proposal.from, proposal.sequence, outcome);
  }

  /** Entries from `firstIndex` on are applied. The first that is a later leader's, or null. */
  applied({ results }: Of<'applied'>, firstIndex: LogIndex): { readonly index: LogIndex; readonly term: Term } | null {
    const { term: ownTerm, proposals, stages, context } = this.#options;
    for (const { index, term, result } of results) {
      if (index < firstIndex) continue;
      invariant(term >= ownTerm, () => `entry ${index} of a leader of term ${ownTerm} has term ${term}`);
      if (term > ownTerm) return { index, term };
      const proposal = proposals.settle(index);
      if (proposal === null) continue;
      this.settle(proposal, { kind: 'applied', index, result });
      stages.settled(index, term, context.now());
    }
    return null;
  }

  /** For the successor: whoever waited until this leader is deposed could not be told that nothing was written. */
  withdrawWaiting(): void {
    const outcome = { kind: 'refused', reason: 'leadership is being handed over' } as const;
    for (const proposal of this.#withdrawn()) this.settle(proposal, outcome);
  }

  /** Office is taken, and it is known how much the log holds already: of what waits, as much stays as there is room for. */
  refuseExcess(): void {
    const { proposals, uncommitted } = this.#options;
    for (const proposal of this.#withdrawn()) {
      if (!uncommitted.hasRoomFor(proposal)) {
        this.#overloads += 1;
        this.settle(proposal, overloaded);
      } else {
        proposals.enqueue(proposal);
        uncommitted.taken(proposal);
      }
    }
  }

  /** How much it has on hand, and how often it was too much, for people. */
  get load(): { readonly uncommittedBytes: number; readonly refused: number } {
    return { uncommittedBytes: this.#options.uncommitted.bytes, refused: this.#overloads };
  }

  /** Office is lost: what had no place in the log was never proposed, what had one may yet be committed. */
  close(reason: string): void {
    for (const proposal of this.#options.proposals.unsettled().waiting)
      this.settle(proposal, { kind: 'refused', reason });
    for (const proposal of this.#options.proposals.unsettled().placed)
      this.settle(proposal, { kind: 'unknown', reason });
  }

  /** Whether this leader is to take it: one that it has taken before is answered again, if it has an answer. */
  #isNew(message: Of<'propose' | 'proposeChange'>, from: Sender): boolean {
    const { term, proposals } = this.#options;
    const { sequence } = message;
    if (message.term !== term) {
      this.#reply(from, sequence, { kind: 'refused', reason: 'another term' });
      return false;
    }
    proposals.raiseFloor(from, message.floor);
    const known = proposals.find(from, sequence);
    if (known === null) return true;
    if (known === 'overloaded') this.#reply(from, sequence, overloaded);
    else if (known !== 'belowFloor' && known.outcome !== null) this.#reply(from, sequence, known.outcome);
    return false;
  }

  #withdrawn(): readonly Proposal[] {
    const { proposals, uncommitted } = this.#options;
    const withdrawn = proposals.withdraw();
    for (const proposal of withdrawn) uncommitted.withdrawn(proposal);
    return withdrawn;
  }

  #reply(to: Sender, sequence: number, outcome: ProposalOutcome): void {
    const { context, term } = this.#options;
    const reply = { kind: 'proposeReply', term, incarnation: to.incarnation, sequence, outcome } as const;
    context.send(gatewayAt({ node: to.node, group: context.self.group }), reply);
  }
}
