import type { Context, Sender } from '@quorate/actor';
import { gatewayAt } from '../addresses.ts';
import type { ProposalOutcome } from '../gateway/messages.ts';
import { invariant } from '../invariant.ts';
import type { CommitTracer } from '../ports.ts';
import type { LogIndex, Term } from '../types.ts';
import type { LeaderMessage } from './messages.ts';
import { configurationProposal, type Proposal, type Proposals } from './proposals.ts';

type Of<Kind extends LeaderMessage['kind']> = Extract<LeaderMessage, { kind: Kind }>;

/** What the desk works with. */
export interface ProposalDeskOptions {
  readonly context: Context<LeaderMessage>;
  readonly term: Term;
  readonly tracer: CommitTracer;
  readonly proposals: Proposals;
}

/** Where gateways hand in what is to be proposed, each once, and are told what became of it. */
export class ProposalDesk {
  readonly #options: ProposalDeskOptions;

  constructor(options: ProposalDeskOptions) {
    this.#options = options;
  }

  /** Takes a command, unless it was taken before. */
  take(message: Of<'propose'>, from: Sender): void {
    const { sequence, command } = message;
    if (!this.#isNew(message, from)) return;
    const span = this.#options.tracer.start(message.traceparent);
    const proposal: Proposal = { sequence, from, kind: 'command', command, span, index: null, outcome: null };
    this.#options.proposals.take(from, proposal);
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
    proposal.span?.end(outcome.kind);
    if (proposal.from !== null) this.#reply(proposal.from, proposal.sequence, outcome);
  }

  /** Entries from `firstIndex` on are applied. The first that is a later leader's, or null. */
  applied({ results }: Of<'applied'>, firstIndex: LogIndex): { readonly index: LogIndex; readonly term: Term } | null {
    const { term: ownTerm, proposals } = this.#options;
    for (const { index, term, result } of results) {
      if (index < firstIndex) continue;
      invariant(term >= ownTerm, () => `entry ${index} of a leader of term ${ownTerm} has term ${term}`);
      if (term > ownTerm) return { index, term };
      const proposal = proposals.settle(index);
      if (proposal !== null) this.settle(proposal, { kind: 'applied', index, result });
    }
    return null;
  }

  /** For the successor: whoever waited until this leader is deposed could not be told that nothing was written. */
  withdrawWaiting(): void {
    const outcome = { kind: 'refused', reason: 'leadership is being handed over' } as const;
    for (const proposal of this.#options.proposals.withdraw()) this.settle(proposal, outcome);
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
    if (known !== 'belowFloor' && known.outcome !== null) this.#reply(from, sequence, known.outcome);
    return false;
  }

  #reply(to: Sender, sequence: number, outcome: ProposalOutcome): void {
    const { context, term } = this.#options;
    const reply = { kind: 'proposeReply', term, incarnation: to.incarnation, sequence, outcome } as const;
    context.send(gatewayAt({ node: to.node, group: context.self.group }), reply);
  }
}
