import type { NodeId } from '@quorate/actor';
import { decodeConfiguration, isJoint, type LogEntry, type Voter } from '@quorate/raft';
import type { ActorMessage, MessageOfKind } from '../host/actor-message.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';

interface Office {
  readonly granted: MessageOfKind<'leadershipGranted'>;
  readonly sinceMs: number;
  /** By peer, when this leader last heard of it. All times are on the leader's own clock. */
  readonly heardAtMs: Map<NodeId, number>;
  /** By peer, when it was heard again after a silence for which it may be removed. */
  readonly backAtMs: Map<NodeId, number>;
  removedAtMs: number;
}

const leastVoters = 3;

/** So long a removal that was decided on may wait for the append ahead of it, and its voter come back meanwhile. */
const graceMs = 2000;

/** A leader removes by itself only a voter that it has not heard of for so long as it was told, one and no other, and no second one before as long has passed again; and it leaves three. */
export class AutoRemovalIsCareful implements Invariant {
  readonly name = 'a leader removes only voters that are long gone, one at a time, down to three';
  readonly sees = ['leadershipGranted', 'proposeChange'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  readonly #offices = new Map<SimulatedProcess, Office>();
  /** Whom an operator has wanted to go at some time: their removal is not the leader's own. */
  readonly #unwanted = new Set<NodeId>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  sent({ node, process, message }: Sent): void {
    if (message.kind === 'proposeChange') {
      for (const id of message.change.remove) this.#unwanted.add(id);
      for (const { replaces } of message.change.add) if (replaces !== null) this.#unwanted.add(replaces);
    }
    if (message.kind !== 'leadershipGranted' || this.#offices.get(process)?.granted.token === message.token) return;
    const sinceMs = this.#nowMs(node);
    this.#offices.set(process, {
      granted: message,
      sinceMs,
      heardAtMs: new Map(),
      backAtMs: new Map(),
      removedAtMs: Number.NEGATIVE_INFINITY,
    });
  }

  delivered(node: SimulatedNode, process: SimulatedProcess, message: ActorMessage): void {
    if (message.kind !== 'matched') return;
    const office = this.#offices.get(process);
    if (office?.granted.token !== message.token) return;
    const { peer } = message;
    const nowMs = this.#nowMs(node);
    const silentMs = nowMs - (office.heardAtMs.get(peer) ?? office.sinceMs);
    const { autoRemoveAfterMs } = this.#view.settings;
    if (autoRemoveAfterMs !== null && silentMs >= autoRemoveAfterMs) office.backAtMs.set(peer, nowMs);
    office.heardAtMs.set(peer, nowMs);
  }

  entriesStaged(node: SimulatedNode, process: SimulatedProcess, entries: readonly LogEntry[]): void {
    const office = this.#offices.get(process);
    for (const entry of entries) {
      if (entry.kind !== 'configuration' || entry.term !== office?.granted.term) continue;
      const next = decodeConfiguration(entry.command);
      if (next === null || !isJoint(next)) continue;
      const leaving = next.outgoingVoters.filter((voter) => !isIn(next.voters, voter));
      if (!leaving.some(({ id }) => !this.#unwanted.has(id))) continue;
      const wrong = this.#wrongWith(office, leaving, next.voters, this.#nowMs(node));
      office.removedAtMs = this.#nowMs(node);
      if (wrong !== null) this.#violated(`${node.id} removes ${leaving.map(({ id }) => id).join(', ')}: ${wrong}`);
    }
  }

  #wrongWith(office: Office, leaving: readonly Voter[], left: readonly Voter[], nowMs: number): string | null {
    const { autoRemoveAfterMs } = this.#view.settings;
    if (autoRemoveAfterMs === null) return 'nobody has asked for it';
    if (left.length < leastVoters) return `${left.length} voters are left`;
    const [first] = leaving;
    if (first === undefined || leaving.length > 1) return 'they go at once';
    const silentMs = nowMs - (office.heardAtMs.get(first.id) ?? office.sinceMs);
    const wasSilent = nowMs - (office.backAtMs.get(first.id) ?? Number.NEGATIVE_INFINITY) < graceMs;
    if (silentMs < autoRemoveAfterMs && !wasSilent) return `it was heard ${silentMs.toFixed(0)} ms ago`;
    const pauseMs = nowMs - office.removedAtMs;
    return pauseMs < autoRemoveAfterMs ? `another was removed ${pauseMs.toFixed(0)} ms ago` : null;
  }

  #nowMs({ clock }: SimulatedNode): number {
    return clock.at(this.#view.nowUs);
  }
}

const isIn = (voters: readonly Voter[], { id }: Voter): boolean => voters.some((voter) => voter.id === id);
