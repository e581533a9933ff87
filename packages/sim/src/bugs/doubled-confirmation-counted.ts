import type { NodeId } from '@quorate/actor';
import { type Configuration, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class VoterProgress extends raftParts.VoterProgress {
  readonly #voters: number;
  /** By round, how many answers have confirmed it. */
  readonly #confirmations = new Map<number, number>();

  constructor(configuration: Configuration, nowMs: number) {
    super(configuration, nowMs);
    this.#voters = configuration.voters.length;
  }

  override heard(node: NodeId, round: number, nowMs: number): void {
    super.heard(node, round, nowMs);
    this.#confirmations.set(round, (this.#confirmations.get(round) ?? 0) + 1);
  }

  override isConfirmedByQuorum(round: number): boolean {
    return (this.#confirmations.get(round) ?? 0) * 2 > this.#voters;
  }
}

/** One of the planted bugs. */
export const doubledConfirmationCounted: PlantedBug = {
  name: 'doubled-confirmation-counted',
  breaks:
    'Confirmations of a round are counted, and not who gave them: an answer that comes twice makes a majority of one.',
  reference: 'Rule 14; etcd#20418; nats-io/graft counts votes so',
  plant: { parts: { VoterProgress } },
};
