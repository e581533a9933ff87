import { isQuorum } from '@quorate/raft';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';
import { configurationInUse } from './configuration-in-use.ts';

/** A node raises its term to campaign only when a majority has said that it would vote for it (Raft dissertation §9.6): else a node that was cut off deposes a leader that works. */
export class PreVoteFirst implements Invariant {
  readonly name = 'no campaign without a quorum of pre-votes';
  readonly sees = ['requestPreVote', 'requestPreVoteReply', 'requestVote'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  /** By candidate, its incarnation and the question: in which term it would campaign. */
  readonly #askedFor = new Map<string, number>();
  /** By candidate, its incarnation and that term: who would vote for it. */
  readonly #granted = new Map<string, Set<string>>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  sent({ node, process, to, message }: Sent): void {
    const own = `${node.id}/${process.identity.incarnation}`;
    if (message.kind === 'requestPreVote') this.#askedFor.set(`${own}/${message.sequence}`, message.term);
    if (message.kind === 'requestPreVoteReply' && message.voteGranted) {
      const candidate = `${to.node}/${message.incarnation}`;
      const campaign = `${candidate}/${this.#askedFor.get(`${candidate}/${message.sequence}`)}`;
      const granted = this.#granted.get(campaign) ?? new Set([String(to.node)]);
      this.#granted.set(campaign, granted.add(node.id));
    }
    // A leader that hands over has asked for it.
    if (message.kind !== 'requestVote' || message.isTransfer) return;
    const granted = this.#granted.get(`${own}/${message.term}`) ?? new Set([String(node.id)]);
    if (!isQuorum(configurationInUse(process, this.#view), ({ id }) => granted.has(id))) {
      this.#violated(`${node.id} asks for votes in term ${message.term}, and ${[...granted].join()} would give theirs`);
    }
  }
}
