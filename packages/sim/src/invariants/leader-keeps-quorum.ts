import { type ElectionTimeouts, isQuorum, type LeaderToken } from '@quorate/raft';
import type { ActorMessage } from '../host/actor-message.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';
import { configurationInUse } from './configuration-in-use.ts';

interface Office {
  readonly token: LeaderToken;
  /** By which the leader counts now. */
  timeouts: ElectionTimeouts;
  /** By which it counted when it was at work before. */
  timeoutsBefore: ElectionTimeouts;
  /** By voter, when it was last heard. */
  readonly heardAtUs: Map<string, number>;
  /** How long the leader has been at work without a quorum, in the election timeouts of the time. What it slept does not count. */
  workedTimeouts: number;
  workedAtUs: number;
}

/** Twice what a leader is given: its clock may be slow, and it looks only now and then. */
const patienceElectionTimeouts = 2;
/** A leader at work looks several times in an election timeout. */
const longestStepElectionTimeouts = 2 / 3;

/** A leader that no majority has answered for an election timeout steps down (CheckQuorum: Raft dissertation §6.2), so that its clients look for another. */
export class LeaderKeepsQuorum implements Invariant {
  readonly name = 'a leader without a quorum steps down';
  readonly sees = ['confirmRound'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  readonly #offices = new Map<SimulatedProcess, Office>();
  /** Nobody can reach them: they stand aside, and may lead on afterwards. */
  readonly #withoutBus = new Set<SimulatedProcess>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  delivered(node: SimulatedNode, process: SimulatedProcess, message: ActorMessage): void {
    if (message.kind === 'busLost') this.#withoutBus.add(process);
    if (message.kind === 'busConnected') this.#connected(process);
    if (message.kind !== 'matched' && message.kind !== 'roundConfirmed') return;
    const office = this.#offices.get(process);
    if (office?.token !== message.token) return;
    const { nowUs } = this.#view;
    office.heardAtUs.set(message.kind === 'matched' ? message.peer : node.id, nowUs);
    const sinceUs = nowUs - office.timeouts.electionTimeoutMaxMs * 1000;
    const configuration = configurationInUse(process, this.#view);
    if (isQuorum(configuration, ({ id }) => (office.heardAtUs.get(id) ?? -1) >= sinceUs)) office.workedTimeouts = 0;
  }

  /** Whoever is back on the bus has all of an election timeout to hear from a quorum, however short it was away. */
  #connected(process: SimulatedProcess): void {
    this.#withoutBus.delete(process);
    const office = this.#offices.get(process);
    if (office === undefined) return;
    office.workedTimeouts = 0;
    office.workedAtUs = this.#view.nowUs;
  }

  sent({ node, process, message }: Sent): void {
    // A leader at work says this at each of its ticks.
    if (message.kind !== 'confirmRound') return;
    const { nowUs } = this.#view;
    const office = this.#offices.get(process);
    if (office?.token !== message.token) {
      const { token } = message;
      const counted = { timeouts: message, timeoutsBefore: message, workedTimeouts: 0, workedAtUs: nowUs };
      this.#offices.set(process, { token, heardAtUs: new Map(), ...counted });
      return;
    }
    if (nowUs > office.workedAtUs) office.timeoutsBefore = office.timeouts;
    office.timeouts = message;
    if (this.#withoutBus.has(process)) office.workedTimeouts = 0;
    // By its own clock, where that runs much too slow.
    const passedMs = ((nowUs - office.workedAtUs) / 1000) * Math.min(1, node.clock.rate);
    const workedMs = Math.min(longestStepElectionTimeouts * message.electionTimeoutMinMs, passedMs);
    // It has looked by the timeouts before, which may just have become shorter.
    office.workedTimeouts +=
      workedMs / Math.max(message.electionTimeoutMaxMs, office.timeoutsBefore.electionTimeoutMaxMs);
    office.workedAtUs = nowUs;
    if (office.workedTimeouts > patienceElectionTimeouts) {
      this.#violated(
        `${node.id} leads on, ${office.workedTimeouts.toFixed(1)} election timeouts after a quorum was last heard`,
      );
    }
  }
}
