import type { NodeId } from '@quorate/actor';
import { type Lease, votersOf } from '@quorate/raft';
import type { ActorMessage } from '../host/actor-message.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Violated } from './cluster-view.ts';
import { configurationInUse } from './configuration-in-use.ts';

/** A clock that runs so much faster or slower than the leader's is beyond every doubt beyond the bound. */
const fastest = 1.35;
const slowest = 0.72;
/** Answers that come so soon, and so often, are enough to tell. */
const longestRoundTripMs = 60;
const longestGapMs = 500;
/** So long a leader may take to notice. */
const graceMs = 5000;

/** What a leader could have measured of a peer: since when without a gap, its clock all the while as wrong as it is. */
interface Measured {
  readonly incarnation: number;
  readonly sinceUs: number;
  lastUs: number;
}

/** No leader holds a lease when the clock of a voter that answers it has run beyond the bound for long: the promise of that voter may be over before the lease is. */
export class LeaseRestsOnTrueClocks implements Invariant {
  readonly name = 'no lease rests on a clock that drifts';
  readonly #violated: Violated;
  readonly #view: ClusterView;
  readonly #leases = new Map<SimulatedProcess, Lease>();
  readonly #measured = new Map<SimulatedProcess, Map<NodeId, Measured>>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  leaseMade(_node: SimulatedNode, process: SimulatedProcess, lease: Lease): void {
    this.#leases.set(process, lease);
    this.#measured.set(process, new Map());
  }

  delivered(node: SimulatedNode, process: SimulatedProcess, message: ActorMessage): void {
    if (message.kind !== 'matched' || message.reading === null) return;
    const { peer, reading } = message;
    if (reading.heardAtMs - reading.askedAtMs > longestRoundTripMs) return;
    const { nowUs } = this.#view;
    const peers = this.#measured.get(process);
    const before = peers?.get(peer);
    const clock = this.#view.nodes.find(({ id }) => id === peer)?.clock;
    const rate = (clock?.rate ?? 1) / node.clock.rate;
    if (rate < fastest && rate > slowest) return void peers?.delete(peer);
    const { incarnation } = reading;
    if (before?.incarnation !== incarnation || nowUs - before.lastUs > longestGapMs * 1000) {
      peers?.set(peer, { incarnation, sinceUs: nowUs, lastUs: nowUs });
      return;
    }
    before.lastUs = nowUs;
    if (nowUs - before.sinceUs > graceMs * 1000) this.#check(node, process, peer);
  }

  #check({ id, clock, wallClock }: SimulatedNode, process: SimulatedProcess, peer: NodeId): void {
    const lease = this.#leases.get(process);
    const { nowUs } = this.#view;
    const configuration = configurationInUse(process, this.#view);
    const now = { clockMs: clock.at(nowUs), wallMs: wallClock.at(nowUs) };
    if (lease?.isValid(configuration, now) !== true) return;
    if (!votersOf(configuration).some((voter) => voter.id === peer)) return;
    this.#violated(`${id} holds a lease, though the clock of ${peer} has been running wrong for long`);
  }
}
