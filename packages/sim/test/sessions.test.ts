import { expect, it } from 'vitest';
import { simulate } from '../src/index.ts';

it.each([2, 5, 6])('clients with sessions find nothing wrong, and have their writes answered: %i', (seed) => {
  const { violation, history } = simulate({ seed, sessions: true });
  expect(violation).toBeNull();
  const ofSessions = history.filter(({ process, operation }) => Number(process) % 2 === 1 && operation.kind !== 'get');
  const unknown = ofSessions.filter(({ outcome }) => outcome === null);
  expect(ofSessions.length).toBeGreaterThan(100);
  // A client may be cut off for longer than it waits; no change of leaders leaves it without an answer.
  expect(unknown.length).toBeLessThan(ofSessions.length / 20);
});
