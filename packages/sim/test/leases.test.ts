import { expect, it } from 'vitest';
import { simulate } from '../src/index.ts';

it.each([1, 2, 3, 5])('leases, locks and fences are what the log says, whatever goes wrong: %i', (seed) => {
  const { violation, counts } = simulate({ seed, work: { others: 'leaseHolders' } });
  expect(violation).toBeNull();
  // Locks were held and lost, and leases ended under those who meant to keep them.
  for (const what of ['txn of a holder, done', 'txn of a holder, LockLost', 'keepLease of a holder, LeaseExpired']) {
    expect(counts.get(what) ?? 0).toBeGreaterThan(0);
  }
});
