import type { DeliveryFaults } from '@quorate/broker';
import type { FaultCounts, MessageRates, RandomStream } from '@quorate/sim';
import type { Fault } from './fault.ts';

type Storm = Pick<Extract<Fault, { kind: 'storm' }>, 'between' | 'within' | 'clients' | 'maxLateMs' | 'reordered'>;

/** What a network is made from. */
export interface BadNetworkOptions {
  readonly random: RandomStream;
  readonly counts: FaultCounts;
  /** The names of the connections that it is bad to; what others send and receive is left alone. */
  readonly victims: ReadonlySet<string>;
  /** What the subjects begin with under which nodes tell nodes: such messages may be doubled, as no others are. */
  readonly peerSubjects: string;
}

const atOnce: readonly number[] = [0];
const never: readonly number[] = [];

/** What the bus does to messages: roads that are cut, and storms that lose, double and delay. */
export class BadNetwork implements DeliveryFaults {
  readonly #options: BadNetworkOptions;
  readonly #storms = new Set<Storm>();
  /** By road, how many partitions cut it. */
  readonly #cuts = new Map<string, number>();
  /** By road, when the last message on it comes: without reordering none comes before. */
  readonly #lastArrivalMs = new Map<string, number>();

  constructor(options: BadNetworkOptions) {
    this.#options = options;
  }

  begin(storm: Storm): void {
    this.#storms.add(storm);
  }

  end(storm: Storm): void {
    this.#storms.delete(storm);
  }

  /** Cuts the road from one connection to another, or mends one cut of it. */
  cut(from: string, to: string, by: 1 | -1): void {
    const road = roadOf(from, to);
    this.#cuts.set(road, (this.#cuts.get(road) ?? 0) + by);
  }

  delaysMs(from: string, to: string, subject: string): readonly number[] {
    const { victims, peerSubjects } = this.#options;
    if (!victims.has(from) || !victims.has(to)) return atOnce;
    const road = roadOf(from, to);
    if ((this.#cuts.get(road) ?? 0) > 0) return this.#gone('message cut off');
    const storm = [...this.#storms].at(-1);
    if (storm === undefined) return this.#inOrder(road, 0);
    if (!subject.startsWith(peerSubjects)) return this.#ofClient(storm);
    return this.#ofPeer(storm, from === to ? storm.within : storm.between, road);
  }

  #ofClient({ clients, maxLateMs }: Storm): readonly number[] {
    if (this.#options.random.chance(clients.lost)) return this.#gone('client message lost');
    return [this.#lateMs(clients.late, maxLateMs, 'client message late')];
  }

  #ofPeer({ maxLateMs, reordered }: Storm, rates: MessageRates, road: string): readonly number[] {
    const { random, counts } = this.#options;
    if (random.chance(rates.lost)) return this.#gone('message lost');
    const first = this.#lateMs(rates.late, maxLateMs, 'message late');
    const arrivals = reordered ? [first] : this.#inOrder(road, first);
    if (!random.chance(rates.doubled)) return arrivals;
    counts.add('message doubled');
    return [...arrivals, this.#lateMs(rates.late, maxLateMs, 'message late')];
  }

  #gone(how: string): readonly number[] {
    this.#options.counts.add(how);
    return never;
  }

  #lateMs(late: number, maxLateMs: number, how: string): number {
    const { random, counts } = this.#options;
    if (!random.chance(late)) return 0;
    counts.add(how);
    return Math.ceil(random.next() ** 2 * maxLateMs);
  }

  /** After whatever is on its way on the same road. */
  #inOrder(road: string, delayMs: number): readonly number[] {
    const last = this.#lastArrivalMs.get(road) ?? 0;
    if (delayMs === 0 && last === 0) return atOnce;
    const nowMs = performance.now();
    if (delayMs === 0 && nowMs > last + timerSlackMs) {
      this.#lastArrivalMs.delete(road);
      return atOnce;
    }
    const arrivalMs = Math.max(nowMs + delayMs, last + 1);
    this.#lastArrivalMs.set(road, arrivalMs);
    return [Math.max(1, arrivalMs - nowMs)];
  }
}

/** So much later than it should a timer may fire. */
const timerSlackMs = 5;

const roadOf = (from: string, to: string): string => `${from} → ${to}`;
