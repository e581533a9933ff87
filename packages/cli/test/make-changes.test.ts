import type { Store } from '@quorate/client';
import { expect, test, vi } from 'vitest';
import { makeChanges } from '../src/changes/make-changes.ts';
import type { PlannedChange } from '../src/changes/planned-change.ts';
import { CommandFailure } from '../src/command-error.ts';

const value = Uint8Array.of(1);
const held = { value, createRevision: 3n, version: 1n, lease: null, contentType: null };
const changes: readonly PlannedChange[] = [
  { key: '/created', before: null, after: { value, contentType: 'text/plain' } },
  { key: '/changed', before: { ...held, key: '/changed', modRevision: 5n }, after: { value, contentType: null } },
  { key: '/deleted', before: { ...held, key: '/deleted', modRevision: 6n }, after: null },
];

function storeOf(succeeded: boolean): { readonly store: Store; readonly txn: ReturnType<typeof vi.fn> } {
  const txn = vi.fn(async () => ({ succeeded, results: [], revision: 9n }));
  return { store: Object.assign(Object.create(null), { txn }), txn };
}

test('the changes are made in one transaction, if every key still is what the plan says', async () => {
  const { store, txn } = storeOf(true);
  expect(await makeChanges(store, changes)).toBe(9n);
  expect(txn.mock.calls).toEqual([
    [
      {
        compare: [
          { key: '/created', modRevision: 0n },
          { key: '/changed', modRevision: 5n },
          { key: '/deleted', modRevision: 6n },
        ],
        then: [
          { op: 'put', key: '/created', value, contentType: 'text/plain' },
          { op: 'put', key: '/changed', value },
          { op: 'delete', key: '/deleted' },
        ],
      },
    ],
  ]);
});

test('a key that was written meanwhile fails all of it', async () => {
  await expect(makeChanges(storeOf(false).store, changes)).rejects.toThrow(CommandFailure);
});
