import type { LeaderToken } from '@quorate/raft';
import type { SimulatedProcess } from '../host/simulated-node.ts';
import type { Invariant, Sent, Violated } from './cluster-view.ts';

interface Rounds {
  readonly token: LeaderToken;
  begun: number;
  asked: number;
}

/** A round of confirmation begins later than the reads that it is for (Raft dissertation §6.4): nobody was asked to confirm that number before, in any office of the process (etcd#20418). */
export class RoundsAreNew implements Invariant {
  readonly name = 'a round of confirmation was never asked for before';
  readonly sees = ['leadershipGranted', 'appendEntries', 'confirmRound'] as const;
  readonly #violated: Violated;
  readonly #rounds = new Map<SimulatedProcess, Rounds>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  sent({ node, process, message }: Sent): void {
    const rounds = this.#rounds.get(process);
    if (message.kind === 'leadershipGranted' && rounds?.token !== message.token) {
      this.#rounds.set(process, { token: message.token, begun: 0, asked: 0 });
    }
    if (rounds === undefined) return;
    if (message.kind === 'appendEntries') rounds.asked = Math.max(rounds.asked, message.round);
    if (message.kind !== 'confirmRound' || message.token !== rounds.token || message.round <= rounds.begun) return;
    rounds.begun = message.round;
    if (message.round <= rounds.asked) {
      this.#violated(`${node.id} begins round ${message.round}, and has asked for ${rounds.asked}`);
    }
  }
}
