import type { RandomStream } from '../host/random-stream.ts';
import type { Fault, MessageRates } from './fault.ts';
import type { FaultCounts } from './fault-counts.ts';

type Storm = Extract<Fault, { kind: 'storm' }>;

/** How long messages take when nothing is wrong. */
const nearestUs = 150;
const usualSpreadUs = 900;

const calm: MessageRates = { lost: 0, doubled: 0, late: 0 };

const atOnce: readonly number[] = [0];

/** What becomes of each message: when it comes, twice perhaps, or never. */
export class Network {
  readonly #fastestUs: number;
  readonly #random: RandomStream;
  readonly #counts: FaultCounts;
  readonly #nodes: number;
  readonly #storms = new Set<Storm>();
  /** The worst of the storms that blow. */
  #storm: Storm | null = null;
  /** By road, how many partitions cut it. */
  readonly #cuts: Uint8Array;
  /** By road, when the last message on it comes: without reordering none comes before. */
  readonly #lastArrivalUs: Float64Array;
  /** By road, when the latest message on it comes, overtaken or not. */
  readonly #latestUs: Float64Array;
  readonly #delays: number[] = [];

  /** `distanceUs`: how far the nodes are from each other, one way, beyond a room. */
  constructor(random: RandomStream, counts: FaultCounts, nodes: number, distanceUs = 0) {
    this.#fastestUs = nearestUs + distanceUs;
    this.#random = random;
    this.#counts = counts;
    this.#nodes = nodes;
    this.#cuts = new Uint8Array(nodes * nodes);
    this.#lastArrivalUs = new Float64Array(nodes * nodes);
    this.#latestUs = new Float64Array(nodes * nodes);
  }

  begin(storm: Storm): void {
    this.#storms.add(storm);
    this.#storm = storm;
  }

  end(storm: Storm): void {
    this.#storms.delete(storm);
    this.#storm = [...this.#storms].at(-1) ?? null;
  }

  /** Cuts the road from one node to another, or mends one cut of it. */
  cut(from: number, to: number, by: 1 | -1): void {
    const road = from * this.#nodes + to;
    this.#cuts[road] = (this.#cuts[road] ?? 0) + by;
  }

  /** When the copies of a message between two nodes come, in microseconds from now. The answer is valid until the next question. */
  betweenUs(from: number, to: number, nowUs: number): readonly number[] {
    this.#delays.length = 0;
    const road = from * this.#nodes + to;
    if ((this.#cuts[road] ?? 0) > 0) {
      this.#counts.add('message cut off');
      return this.#delays;
    }
    const storm = this.#storm;
    let delayUs = this.#fastestUs + this.#random.below(usualSpreadUs);
    if (storm !== null) {
      if (this.#lose(storm.between)) return this.#delays;
      if (this.#random.chance(storm.between.doubled)) {
        this.#counts.add('message doubled');
        this.#delays.push(this.#lateUs(storm, storm.between.late, this.#fastestUs + this.#random.below(usualSpreadUs)));
      }
      delayUs = this.#lateUs(storm, storm.between.late, delayUs);
      if (storm.reordered) {
        this.#noteOvertaking(road, nowUs + delayUs);
        this.#delays.push(delayUs);
        return this.#delays;
      }
    }
    const arrivalUs = Math.max(nowUs + delayUs, this.#lastArrivalUs[road] ?? 0);
    this.#lastArrivalUs[road] = arrivalUs;
    this.#latestUs[road] = arrivalUs;
    this.#delays.push(arrivalUs - nowUs);
    return this.#delays;
  }

  /** The same for a message within a node: at once, unless a storm blows there. */
  withinUs(): readonly number[] {
    const storm = this.#storm;
    if (storm === null || storm.within === calm) return atOnce;
    this.#delays.length = 0;
    if (this.#lose(storm.within)) return this.#delays;
    this.#delays.push(this.#lateUs(storm, storm.within.late, 0));
    if (this.#random.chance(storm.within.doubled)) {
      this.#counts.add('message doubled');
      this.#delays.push(this.#lateUs(storm, storm.within.late, 0));
    }
    return this.#delays;
  }

  /** When a message of a client comes, or one to it; null if it is lost. */
  clientUs(): number | null {
    const storm = this.#storm;
    const usualUs = nearestUs + this.#random.below(usualSpreadUs);
    if (storm === null) return usualUs;
    if (this.#random.chance(storm.clients.lost)) {
      this.#counts.add('client message lost');
      return null;
    }
    return this.#lateUs(storm, storm.clients.late, usualUs, 'client message late');
  }

  #noteOvertaking(road: number, arrivalUs: number): void {
    const latestUs = this.#latestUs[road] ?? 0;
    if (arrivalUs < latestUs) this.#counts.add('message overtakes another');
    else this.#latestUs[road] = arrivalUs;
  }

  #lose(rates: MessageRates): boolean {
    if (!this.#random.chance(rates.lost)) return false;
    this.#counts.add('message lost');
    return true;
  }

  #lateUs(storm: Storm, late: number, usualUs: number, kind = 'message late'): number {
    if (!this.#random.chance(late)) return usualUs;
    this.#counts.add(kind);
    return usualUs + Math.round(this.#random.next() ** 2 * storm.maxLateMs * 1000);
  }
}
