import { type Configuration, isJoint, isQuorum, type LogIndex, type Voter, votersOf } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';
import type { CommittedEntries } from './committed-entries.ts';
import { configurationInUse } from './configuration-in-use.ts';
import { isSame } from './log-matching.ts';

/**
 * A leader commits an entry of its own term when a majority of the servers has it (Raft figure 2, rules for leaders, last; §5.4.2),
 * and having means on disk (dissertation §3.8: persisted before it is answered). The disks themselves are asked.
 */
export class CommitOnQuorum implements Invariant {
  readonly name = 'committed on a quorum of disks';
  readonly sees = ['leadershipGranted', 'commit'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  readonly #committed: CommittedEntries;
  readonly #offices = new Map<SimulatedProcess, MessageOfKind<'leadershipGranted'>>();

  constructor(violated: Violated, view: ClusterView, committed: CommittedEntries) {
    this.#violated = violated;
    this.#view = view;
    this.#committed = committed;
  }

  sent({ node, process, message }: Sent): void {
    if (message.kind === 'leadershipGranted') this.#offices.set(process, message);
    if (message.kind !== 'commit') return;
    const office = this.#offices.get(process);
    const { storage } = process;
    // The log store takes no commit of an office that has ended.
    if (office?.token !== message.token || storage.hardState.currentTerm !== office.term) return;
    const index = message.commitIndex;
    if (index <= this.#committed.lastIndex) return;
    const entry = storage.entryAt(index);
    if (entry?.term !== office.term) {
      return this.#violated(`${node.id} commits ${index} of term ${entry?.term} in term ${office.term}`);
    }
    const configuration = this.#countedBy(process);
    if (!isQuorum(configuration, (voter) => this.#holds(voter, index, entry.term))) {
      const holders = votersOf(configuration).filter((voter) => this.#holds(voter, index, entry.term));
      const names = holders.map(({ id }) => id).join(', ') || 'nobody';
      this.#violated(`${node.id} commits ${index} of term ${entry.term}, which only ${names} has on disk`);
    }
    this.#record(process, index, office.term);
  }

  /**
   * A leader counts by the end of a joint change from the moment that it proposes it, before its log store has the entry. The joint
   * configuration is committed then, so that whoever leads next has it, and needs a majority of the new voters too.
   */
  #countedBy(process: SimulatedProcess): Configuration {
    const configuration = configurationInUse(process, this.#view);
    const placed = process.storage.configurations.at(-1);
    const isJointCommitted =
      placed !== undefined && placed.index <= this.#committed.lastIndex && isJoint(configuration);
    return isJointCommitted ? { ...configuration, outgoingVoters: [] } : configuration;
  }

  /** A disk that was lost or damaged meanwhile had it. */
  #holds({ id, storageId }: Voter, index: LogIndex, inTerm: number): boolean {
    const { nodes, lostDisks } = this.#view;
    const disk = nodes.find((node) => node.id === id)?.disk;
    const listed = disk?.storageId === storageId ? disk : lostDisks.find((lost) => lost.storageId === storageId);
    return [listed, listed?.beforeDamage].some(
      (held) => held != null && (index <= held.base.index || held.termAt(index) === inTerm),
    );
  }

  #record(process: SimulatedProcess, upTo: number, inTerm: number): void {
    for (let index = this.#committed.lastIndex + 1; index <= upTo; index += 1) {
      const entry = process.storage.entryAt(index);
      if (entry !== undefined) this.#committed.push({ entry, inTerm });
    }
  }

  /** Nothing that was committed leaves a log again (Raft §5.4, state machine safety). */
  truncationStaged(...[node, process, from]: Parameters<NonNullable<Invariant['truncationStaged']>>): void {
    for (let index: number = from; index <= this.#committed.lastIndex; index += 1) {
      const own = process.storage.entryAt(index);
      const committed = this.#committed.at(index)?.entry;
      if (own === undefined || committed === undefined) return;
      if (isSame(own, committed)) return this.#violated(`${node.id} cuts entry ${index} away, which is committed`);
    }
  }
}
