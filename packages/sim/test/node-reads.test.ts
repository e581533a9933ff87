import type { QueryAnswer } from '@quorate/config-store';
import { expect, it } from 'vitest';
import type { Plant } from '../src/bugs/plant.ts';
import { simulate } from '../src/index.ts';

/** Nodes whose answers are changed so before they leave. */
const answering = (change: (answer: QueryAnswer) => QueryAnswer): Plant => ({
  codec: (codec) => ({ ...codec, encodeAnswer: (answer) => codec.encodeAnswer(change(answer)) }),
});

const run = (plant: Plant) => simulate({ seed: 5, nodes: 3, faults: [], faultsUntilMs: 8000, plant });

it('reads of nodes as fresh as it wants', () => {
  const { violation, counts } = run({});
  expect(violation).toBeNull();
  for (const kind of ['local', 'bounded', 'linearizable', 'readIndex']) {
    expect(counts.get(`${kind} read`)).toBeGreaterThan(3);
  }
});

it.each<[string, (answer: QueryAnswer) => QueryAnswer, string]>([
  ['what is not committed', (answer) => ({ ...answer, appliedIndex: answer.appliedIndex + 1000 }), 'not committed'],
  [
    'less than before',
    (answer) => ({ ...answer, appliedIndex: answer.appliedIndex > 10 ? 3 : answer.appliedIndex }),
    'n1 shows ',
  ],
  [
    'another state than that of its index',
    (answer) => (answer.kind === 'get' ? { ...answer, entry: null } : answer),
    'and it is',
  ],
])('notices a node that shows %s', (_, change, what) => {
  const { violation } = run(answering(change));
  expect(violation?.invariant).toBe('a read of a node shows what it was to show');
  expect(violation?.what).toContain(what);
});
