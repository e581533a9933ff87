import { type Configuration, decodeConfiguration, isJoint, type LogEntry, type Voter } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';
import type { CommittedEntries } from './committed-entries.ts';

/** A learner may have got so many entries behind since its leader looked. */
const graceEntries = 20;

/**
 * How a leader may change the members (Raft §6; dissertation §4): one configuration at a time, each when the one before it is
 * committed, and none before an entry of the own term is (its erratum of 2015); voters change by a joint configuration only; who was removed
 * is never forgotten; and who gets a vote has caught up (§4.2.1).
 */
export class OneChangeAtATime implements Invariant {
  readonly name = 'members change one step at a time';
  readonly sees = ['leadershipGranted'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  readonly #committed: CommittedEntries;
  readonly #offices = new Map<SimulatedProcess, MessageOfKind<'leadershipGranted'>>();

  constructor(violated: Violated, view: ClusterView, committed: CommittedEntries) {
    this.#violated = violated;
    this.#view = view;
    this.#committed = committed;
  }

  sent({ process, message }: Sent): void {
    if (message.kind === 'leadershipGranted') this.#offices.set(process, message);
  }

  entriesStaged(node: SimulatedNode, process: SimulatedProcess, entries: readonly LogEntry[]): void {
    const office = this.#offices.get(process);
    let previous = this.#newestOf(process);
    for (const entry of entries) {
      if (entry.kind !== 'configuration' || entry.term !== office?.term) continue;
      const next = decodeConfiguration(entry.command);
      if (next === null) return this.#violated(`${node.id} appends ${entry.index}, which is no configuration`);
      const wrong = this.#wrongWith(previous, { index: entry.index, configuration: next }, entry.term);
      if (wrong !== null) return this.#violated(`${node.id} appends configuration ${entry.index}: ${wrong}`);
      previous = { index: entry.index, configuration: next };
    }
  }

  #newestOf({ storage }: SimulatedProcess): Placed {
    return storage.configurations.at(-1) ?? storage.snapshot ?? { index: 0, configuration: this.#view.configuration };
  }

  #wrongWith(previous: Placed, { index, configuration }: Placed, term: number): string | null {
    if (!this.#hasCommittedIn(term)) return `nothing is committed in term ${term} yet`;
    if (previous.index > this.#committed.lastIndex) return `the one before it, ${previous.index}, is not committed`;
    const before = previous.configuration;
    const isStep = isJoint(configuration)
      ? !isJoint(before) && isSame(configuration.outgoingVoters, before.voters)
      : isSame(configuration.voters, before.voters);
    if (!isStep) return `its voters do not follow from those of ${previous.index}`;
    const forgotten = before.removed.find((id) => !configuration.removed.includes(id));
    if (forgotten !== undefined) return `it forgets that ${forgotten} was removed`;
    const behind = configuration.voters.find((voter) => !isIn(before.voters, voter) && this.#lags(voter, index));
    return behind === undefined ? null : `${behind.id} gets a vote and lags`;
  }

  #hasCommittedIn(term: number): boolean {
    for (let index = this.#committed.lastIndex; index > 0; index -= 1) {
      const inTerm = this.#committed.at(index)?.inTerm ?? 0;
      if (inTerm <= term) return inTerm === term;
    }
    return false;
  }

  /** What is not committed may have been cut off meanwhile, and does not count. No leader knows yet of a log that was just damaged. */
  #lags({ id }: Voter, index: number): boolean {
    const disk = this.#view.nodes.find((node) => node.id === id)?.disk;
    const end = Math.min(index - 1, this.#committed.lastIndex);
    const had = Math.max(disk?.lastIndex ?? 0, disk?.beforeDamage?.lastIndex ?? 0);
    return end - had > this.#view.settings.maxPromotionLagEntries + graceEntries;
  }
}

interface Placed {
  readonly index: number;
  readonly configuration: Configuration;
}

const isIn = (voters: readonly Voter[], { id }: Voter): boolean => voters.some((voter) => voter.id === id);

const isSame = (one: readonly Voter[], other: readonly Voter[]): boolean =>
  one.length === other.length && one.every((voter) => isIn(other, voter));
