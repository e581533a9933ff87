import { type ChangePlace, WatchAssembly, type WatchPage, type WholeRevision } from '@quorate/config-store';
import type { PlantedBug } from './plant.ts';

/** Goes on at the last revision that it was given, instead of behind it. */
class RepeatingAssembly extends WatchAssembly {
  #last: number | null = null;

  override get next(): ChangePlace {
    return this.#last === null ? super.next : { revision: this.#last, ordinal: 0 };
  }

  override take(page: WatchPage): readonly WholeRevision[] {
    const whole = super.take(page);
    this.#last = whole.at(-1)?.revision ?? null;
    return whole;
  }
}

/** One of the planted bugs. */
export const watchGivesTheLastAgain: PlantedBug = {
  name: 'watch-gives-the-last-again',
  breaks: 'A watch that goes on begins with what it was given last.',
  reference: 'etcd, API guarantees: a watch is unique; etcd#17247 gave events twice',
  plant: { watchAssembly: RepeatingAssembly },
};
