import { expect, it } from 'vitest';
import { simulate } from '../src/index.ts';

it.each([1, 2, 3, 5])('transactions are done whole or not at all, whatever fails: %i', (seed) => {
  const { violation, history, isUndecided } = simulate({ seed, work: { transactions: true } });
  expect(violation).toBeNull();
  expect(isUndecided).toBe(false);
  const told = history.flatMap(({ outcome }) => (outcome?.kind === 'txn' ? [outcome] : []));
  const nested = told.flatMap(({ results }) => results.filter(({ kind }) => kind === 'txn'));
  expect(told.filter(({ succeeded }) => succeeded).length).toBeGreaterThan(10);
  expect(told.filter(({ succeeded }) => !succeeded).length).toBeGreaterThan(10);
  expect(nested.length).toBeGreaterThan(2);
});

it('transactions shift nothing that is drawn without them', () => {
  const asked = (transactions: boolean) => simulate({ seed: 4, work: { transactions }, faultsUntilMs: 3_000 }).faults;
  expect(asked(true)).toEqual(asked(false));
});

it('watchers see transactions whole', () => {
  const { violation, counts } = simulate({ seed: 2, work: { transactions: true, others: 'watchers' } });
  expect(violation).toBeNull();
  expect(counts.get('watched revision')).toBeGreaterThan(100);
});
