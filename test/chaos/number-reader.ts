import { QuorateError, type ReadOptions, type Store } from '@quorate/client';
import type { RandomStream } from '@quorate/sim';
import { type NumberWriter, numberIn, numberKey } from './number-writer.ts';

/** What reads numbers are made from. */
export interface NumberReaderOptions {
  readonly store: Store;
  readonly writer: NumberWriter;
  readonly random: RandomStream;
  readonly nodes: readonly string[];
}

const kinds = ['linearizable', 'linearizable', 'linearizable', 'readIndex', 'bounded'] as const;
const bounds = [50, 200, 1_000] as const;
const timeoutMs = 3_000;

/** Reads the number of one node after the other, and sees whether it is as new as it has to be. */
export class NumberReader {
  readonly #options: NumberReaderOptions;
  /** Reads that showed less than they had to. */
  readonly stale: string[] = [];
  /** How many were answered. */
  answered = 0;
  /** The node that is asked before all others: one that is about to stand still. */
  favourite: string | null = null;

  constructor(options: NumberReaderOptions) {
    this.#options = options;
  }

  /** Reads until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { random, nodes } = this.#options;
    while (!signal.aborted) {
      const node = this.favourite !== null && random.chance(0.7) ? this.favourite : random.pick(nodes);
      const consistency = random.pick(kinds);
      const wish = consistency === 'bounded' ? { consistency, maxStalenessMs: random.pick(bounds) } : { consistency };
      await this.#read(node, wish);
    }
  }

  async #read(node: string, wish: ReadOptions): Promise<void> {
    const { store, writer } = this.#options;
    const askedAtMs = performance.now();
    const least = writer.acknowledgedBy(askedAtMs - (wish.maxStalenessMs ?? 0));
    try {
      const number = numberIn(await store.get(numberKey, { ...wish, node, timeoutMs }));
      this.answered += 1;
      if (number < least) this.stale.push(`${node} shows ${number} to ${JSON.stringify(wish)}, and ${least} was there`);
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
    }
  }
}
