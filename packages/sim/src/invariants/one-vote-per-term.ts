import type { NodeId } from '@quorate/actor';
import type { HardState } from '@quorate/raft';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { Invariant, Sent, Violated } from './cluster-view.ts';

/** Each server votes for at most one candidate in a given term (Raft §5.2), across crashes: what has left a disk's node once binds the disk. */
export class OneVotePerTerm implements Invariant {
  readonly name = 'one vote for each term';
  readonly sees = ['requestVote', 'requestVoteReply'] as const;
  readonly #violated: Violated;
  /** By storageId and term. */
  readonly #votes = new Map<string, NodeId>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  sent({ node, to, message }: Sent): void {
    if (message.kind === 'requestVoteReply' && message.voteGranted) this.#cast(node, message.term, to.node);
    if (message.kind === 'requestVote') this.#cast(node, message.term, node.id);
  }

  /** What the disk knows, the process knows: it has no vote to give again. */
  hardStateStaged({ id, disk }: SimulatedNode, _process: SimulatedProcess, { currentTerm, votedFor }: HardState): void {
    if (votedFor === null || disk.hardState.currentTerm !== currentTerm || disk.hardState.votedFor === null) return;
    this.#violated(`${id} votes again in term ${currentTerm}, its disk has its vote for ${disk.hardState.votedFor}`);
  }

  #cast(node: SimulatedNode, inTerm: number, candidate: NodeId): void {
    const key = `${node.disk.storageId}/${inTerm}`;
    const known = this.#votes.get(key);
    if (known === undefined) this.#votes.set(key, candidate);
    else if (known !== candidate) {
      this.#violated(`${node.id} votes in term ${inTerm} for ${candidate}, and has voted for ${known}`);
    }
  }
}
