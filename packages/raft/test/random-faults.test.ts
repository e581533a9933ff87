import { describe, expect, test } from 'vitest';
import { Chaos, faultsOf } from './support/chaos.ts';

const seedsInOne = 15;
const firstSeeds = Array.from({ length: 10 }, (_, at) => 1 + at * seedsInOne);

/** Runs one seed; what it finds names it. */
function run(seed: number): Chaos {
  const chaos = new Chaos(seed);
  try {
    chaos.run();
  } catch (error) {
    throw new Error(`seed ${seed} with ${JSON.stringify(faultsOf(seed))}: ${error}`, { cause: error });
  }
  return chaos;
}

/**
 * Three or five nodes under loss, doubling and delay of messages between nodes and within them, slow disks, power cuts,
 * pauses and partitions; then a time without faults. All along no two nodes apply different entries, no term has two
 * leaders and no reader sees less than was seen before; in the end all logs are equal, nothing acknowledged is lost,
 * nothing refused is there, nothing is there twice, every node serves, and nobody is busy with nothing.
 */
describe('random faults', () => {
  test.each(firstSeeds)('seeds from %i on', (first) => {
    let acknowledged = 0;
    for (let seed = first; seed < first + seedsInOne; seed += 1) acknowledged += run(seed).witness.acknowledged.size;
    // Else the faults left nothing to lose.
    expect(acknowledged).toBeGreaterThan(10 * seedsInOne);
  });

  test('the same seed is the same run', () => {
    const [one, other] = [run(7), run(7)];
    expect(one.cluster.nowMs).toBe(other.cluster.nowMs);
    expect([...one.witness.acknowledged]).toEqual([...other.witness.acknowledged]);
  });
});
