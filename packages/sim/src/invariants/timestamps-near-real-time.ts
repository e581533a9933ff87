import { type Configuration, isQuorum, type LogEntry, votersOf } from '@quorate/raft';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import { realTimeMs } from '../host/wall-clock.ts';
import type { ClusterView, Invariant, Violated } from './cluster-view.ts';
import { configurationInUse } from './configuration-in-use.ts';

/** A clock that was never set farther from real time than this is right. */
const rightMs = 100;
/** What the clocks of a run may be off by their rates, and what leaders know of the others' may be as old as the run: as a part of the time that has passed. */
const driftOfRun = 0.12;
/** The longest time that a message takes. */
const longestMessageMs = 5000;

/** More terms than a run has. */
const maxTerms = 2 ** 20;

/**
 * Timestamps are close to real time (Kulkarni et al., OPODIS 2014, corollary 1) for as long as every leader's group had a majority of clocks that were right: a
 * minority that is ahead takes nobody with it. And if all clocks were right, they are not far behind either. By a monotonic clock that jumps or runs much too fast, as no real one
 * does, a leader takes the others' wall clocks to have gone on as far, until it hears from them.
 */
export class TimestampsNearRealTime implements Invariant {
  readonly name = 'timestamps are close to real time';
  readonly #violated: Violated;
  readonly #view: ClusterView;
  readonly #made = new Set<number>();
  #areMajoritiesRight = true;
  #areAllRight = true;

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  /** What a disk holds when a process begins was made before. */
  started({ disk }: SimulatedNode): void {
    for (const entry of disk.entries) this.#made.add(keyOf(entry));
  }

  entriesStaged(node: SimulatedNode, process: SimulatedProcess, entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      const key = keyOf(entry);
      if (this.#made.has(key)) continue;
      this.#made.add(key);
      this.#judge(node, configurationInUse(process, this.#view), entry);
    }
  }

  #judge(leader: SimulatedNode, configuration: Configuration, { index, timestampUs }: LogEntry): void {
    const isRight = (id: string): boolean => {
      const clock = this.#view.nodes.find((node) => node.id === id)?.wallClock;
      return clock !== undefined && clock.mostSetMs <= rightMs;
    };
    this.#areMajoritiesRight &&= isQuorum(configuration, ({ id }) => isRight(id));
    this.#areAllRight &&= votersOf(configuration).every(({ id }) => isRight(id)) && isRight(leader.id);
    const { nowUs } = this.#view;
    const aheadMs = timestampUs / 1000 - realTimeMs(nowUs);
    const gainedMs = this.#view.nodes.reduce((sum, { clock }) => sum + clock.gainedMs(nowUs), 0);
    const toleratedMs = rightMs + driftOfRun * (nowUs / 1000) + gainedMs;
    const what = `${leader.id} makes entry ${index} ${Math.round(Math.abs(aheadMs))} ms`;
    if (this.#areMajoritiesRight && aheadMs > toleratedMs) this.#violated(`${what} ahead of real time`);
    if (this.#areAllRight && -aheadMs > toleratedMs + longestMessageMs) this.#violated(`${what} behind real time`);
  }
}

const keyOf = ({ index, term }: LogEntry): number => index * maxTerms + term;
