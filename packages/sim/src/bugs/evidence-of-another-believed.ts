import type { Sender } from '@quorate/actor';
import { raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Voting extends raftParts.Voting {
  #hasBeenTold = false;

  override requestPreVote(message: MessageOfKind<'requestPreVote'>, from: Sender): void {
    // Whoever asks must know that the leader is gone.
    this.#hasBeenTold = true;
    super.requestPreVote(message, from);
    this.#hasBeenTold = false;
  }

  override requestVote(message: MessageOfKind<'requestVote'>, from: Sender): void {
    this.#hasBeenTold = true;
    super.requestVote(message, from);
    this.#hasBeenTold = false;
  }

  protected override protectsLeader(): boolean {
    return !this.#hasBeenTold && super.protectsLeader();
  }
}

/** One of the planted bugs. */
export const evidenceOfAnotherBelieved: PlantedBug = {
  name: 'evidence-of-another-believed',
  breaks: 'A voter takes it from the candidate that the leader is gone.',
  reference: 'rule 12: with a broken NATS route only one side sees it',
  plant: { parts: { Voting } },
};
