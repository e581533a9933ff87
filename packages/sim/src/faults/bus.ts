import type { RandomStream } from '../host/random-stream.ts';
import type { FaultCounts } from './fault-counts.ts';

/** So long NATS may take to notice that a process has ended: until then what is sent there is heard by nobody, and nobody is told. */
const noticedAfterUs = 100;
const noticedSpreadUs = 4_000;
/** A turn through the server. */
const fastestUs = 200;
const usualSpreadUs = 1_500;

/**
 * What NATS knows of the nodes, and says of a probe that nobody is there to hear: at once, or late, or not at all where that is lost or a
 * subscriber to everything hides it.
 */
export class Bus {
  readonly #random: RandomStream;
  readonly #counts: FaultCounts;
  readonly #nodes: number;
  /** By node, how many faults keep it from the bus. */
  readonly #lost: Uint8Array;
  /** By node, from when on the end of its last process is known. */
  readonly #endKnownAtUs: Float64Array;
  /** By road, how many broken routes there are of which the sender's side is told. */
  readonly #unroutable: Uint8Array;
  readonly #isHidden: boolean;
  readonly #lossRate: number;
  readonly #lateRate: number;
  readonly #maxLateMs: number;

  constructor(random: RandomStream, counts: FaultCounts, nodes: number) {
    this.#random = random;
    this.#counts = counts;
    this.#nodes = nodes;
    this.#lost = new Uint8Array(nodes);
    this.#endKnownAtUs = new Float64Array(nodes);
    this.#unroutable = new Uint8Array(nodes * nodes);
    this.#isHidden = random.chance(0.2);
    this.#lossRate = random.pick([0, 0, 0.2]);
    this.#lateRate = random.pick([0, 0.1, 0.5]);
    this.#maxLateMs = 10 ** random.between(0, 2.7);
  }

  /** Whether the node has a connection. */
  isConnected(node: number): boolean {
    return this.#lost[node] === 0;
  }

  /** One thing more keeps the node from the bus, or one less. */
  lose(node: number, by: 1 | -1): void {
    this.#lost[node] = (this.#lost[node] ?? 0) + by;
  }

  /** The node's process has ended. */
  ended(node: number, nowUs: number): void {
    this.#endKnownAtUs[node] = nowUs + noticedAfterUs + this.#random.below(noticedSpreadUs);
  }

  /** A route breaks, or is mended, and whoever sends from there to there is told that nobody listens. */
  unroute(from: number, to: number, by: 1 | -1): void {
    const road = from * this.#nodes + to;
    this.#unroutable[road] = (this.#unroutable[road] ?? 0) + by;
  }

  /** After how long the sender of a probe is told that nobody was there to hear it, in microseconds; null if it is not told. */
  noRespondersUs(from: number, to: number, isRunning: boolean, nowUs: number): number | null {
    const isBroken = (this.#unroutable[from * this.#nodes + to] ?? 0) > 0;
    const isGone = !this.isConnected(to) || (!isRunning && nowUs >= (this.#endKnownAtUs[to] ?? 0));
    if (!isBroken && !isGone) return null;
    if (this.#isHidden) {
      this.#counts.add('no responders, hidden');
      return null;
    }
    if (this.#random.chance(this.#lossRate)) {
      this.#counts.add('no responders, lost');
      return null;
    }
    this.#counts.add(isBroken ? 'no responders, by a broken route' : 'no responders');
    const usualUs = fastestUs + this.#random.below(usualSpreadUs);
    if (!this.#random.chance(this.#lateRate)) return usualUs;
    return usualUs + Math.round(this.#random.next() ** 2 * this.#maxLateMs * 1000);
  }
}
