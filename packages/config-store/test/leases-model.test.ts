import type { LogEntry } from '@quorate/raft';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Command,
  type CommandResult,
  ConfigStore,
  keysTable,
  leaseExpiryTable,
  leaseKeysTable,
  leasesTable,
  MemoryTables,
} from '../src/index.ts';
import { bytesOf, jsonCodec, toBytes } from './json-codec.ts';
import { entryAt, resultOf } from './store-fixture.ts';

/** What comes next: a command, a no-op of the leader, or another leader. Leases are named by their ids. */
type Step =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'noop' }
  | { readonly kind: 'newLeader' };

interface ModelLease {
  readonly ttlMs: number;
  readonly owner: string | undefined;
  endsAtMs: number;
}

/** Leases, said as plainly as possible: all are looked at when a no-op comes, and each key says itself what it goes with. */
class Model {
  readonly leases = new Map<number, ModelLease>();
  readonly keys = new Map<string, number | null>();
  #granted = 0;
  revision = 0;

  run(command: Command, nowMs: number): string {
    switch (command.kind) {
      case 'grantLease': {
        const { ttlMs, owner } = command;
        this.#granted += 1;
        this.leases.set(this.#granted, { ttlMs, owner, endsAtMs: nowMs + ttlMs });
        return `grantLease ${this.#granted}`;
      }
      case 'keepLease': {
        const found = this.#find(command.lease, command.owner);
        if (typeof found === 'string') return found;
        found.endsAtMs = nowMs + found.ttlMs;
        return `keepLease ${found.ttlMs}`;
      }
      case 'revokeLease': {
        const found = this.#find(command.lease, command.owner);
        if (typeof found === 'string') return found;
        const deleted = this.#end([command.lease]);
        return `revokeLease ${this.revision} ${deleted}`;
      }
      case 'put': {
        const { lease } = command;
        if (lease !== undefined && !this.leases.has(lease)) return this.#missing(lease);
        this.revision += 1;
        this.keys.set(command.key, lease ?? null);
        return `put ${this.revision}`;
      }
      case 'delete': {
        const deleted = this.keys.delete(command.key);
        if (deleted) this.revision += 1;
        return `delete ${this.revision} ${deleted}`;
      }
      default:
        throw new Error(`${command.kind} is not drawn`);
    }
  }

  noop(nowMs: number): string {
    this.#end([...this.leases].filter(([, { endsAtMs }]) => endsAtMs <= nowMs).map(([lease]) => lease));
    return 'noop';
  }

  newLeader(nowMs: number): string {
    for (const lease of this.leases.values()) lease.endsAtMs = nowMs + lease.ttlMs;
    return 'noop';
  }

  #end(ended: readonly number[]): number {
    for (const lease of ended) this.leases.delete(lease);
    const doomed = [...this.keys].filter(([, lease]) => lease !== null && ended.includes(lease));
    for (const [key] of doomed) this.keys.delete(key);
    if (doomed.length > 0) this.revision += 1;
    return doomed.length;
  }

  #find(lease: number, owner: string | undefined): ModelLease | string {
    const found = this.leases.get(lease);
    if (found === undefined) return this.#missing(lease);
    return found.owner === undefined || found.owner === owner ? found : 'LeaseOfAnother';
  }

  #missing(lease: number): string {
    return lease > this.#granted ? 'UnknownLease' : 'LeaseExpired';
  }
}

const id = fc.integer({ min: 1, max: 5 });
const key = fc.constantFrom('/a', '/b', '/c', '/d');
const owner = fc.constantFrom({}, { owner: 'me' }, { owner: 'you' });
const value = bytesOf('x');
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(1_000, 1_700, 4_000), owner)
      .map(([ttlMs, owned]) => ({ kind: 'grantLease' as const, ttlMs, ...owned })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(id, owner).map(([lease, owned]) => ({ kind: 'keepLease' as const, lease, ...owned })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(id, owner).map(([lease, owned]) => ({ kind: 'revokeLease' as const, lease, ...owned })),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(key, id).map(([one, lease]) => ({ kind: 'put' as const, key: one, value, lease })),
  },
  { weight: 1, arbitrary: key.map((one) => ({ kind: 'put' as const, key: one, value })) },
  { weight: 1, arbitrary: key.map((one) => ({ kind: 'delete' as const, key: one })) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: command.map((one) => ({ kind: 'command' as const, command: one })) },
  { weight: 4, arbitrary: fc.constant({ kind: 'noop' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'newLeader' as const }) },
);

function textOf(result: CommandResult): string {
  switch (result.kind) {
    case 'put':
      return `put ${result.revision}`;
    case 'delete':
      return `delete ${result.revision} ${result.deleted}`;
    case 'grantLease':
      return `grantLease ${result.lease}`;
    case 'keepLease':
      return `keepLease ${result.ttlMs}`;
    case 'revokeLease':
      return `revokeLease ${result.revision} ${result.deleted}`;
    case 'failed':
      return result.error.code;
    default:
      return result.kind;
  }
}

/** What the tables say of leases, each of them by itself. */
function leasesIn(tables: MemoryTables): unknown {
  const rows = tables.range(leasesTable, { limit: 100 });
  const keys = tables.range(keysTable, { limit: 100 }).map(({ key: one, row }) => [one, row.lease] as const);
  const leased = keys.flatMap(([one, lease]) => (lease === null ? [] : [`${lease} ${one}`])).sort();
  expect(tables.range(leaseKeysTable, { limit: 100 }).map(({ key: { lease, key: one } }) => `${lease} ${one}`)).toEqual(
    leased,
  );
  for (const { key: lease, row } of rows) {
    expect(row.keyCount).toBe(keys.filter(([, of]) => of === lease).length);
  }
  const checks = rows.map(({ key: lease, row }) => `${row.checkedAtMs} ${lease}`).sort();
  expect(
    tables
      .range(leaseExpiryTable, { limit: 100 })
      .map(({ key: { atMs, lease } }) => `${atMs} ${lease}`)
      .sort(),
  ).toEqual(checks);
  return { leases: rows.map(({ key: lease }) => lease), keys };
}

it('leases do what a plain table of them does, across leaders and restarts, and however entries come together', () => {
  const steps = fc.array(fc.tuple(step, fc.nat({ max: 1_400 })), { maxLength: 60, size: 'max' });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 9 }), (drawn, batchLength) => {
      const tables = new MemoryTables();
      const storeOf = (): ConfigStore => new ConfigStore({ tables, codec: jsonCodec, stream: 'main.config' });
      const model = new Model();
      const entries: LogEntry[] = [];
      const expected: string[] = [];
      let nowMs = 0;
      let term = 1;
      for (const [one, laterMs] of drawn) {
        // Time stands still as often as not.
        nowMs += Math.max(0, laterMs - 700);
        if (one.kind === 'newLeader') term += 1;
        const isCommand = one.kind === 'command';
        const body = isCommand ? { command: toBytes(one.command) } : { kind: 'noop' as const };
        entries.push(entryAt(entries.length + 1, { ...body, term, logTimeMs: nowMs }));
        expected.push(isCommand ? model.run(one.command, nowMs) : model[one.kind](nowMs));
      }
      const found: string[] = [];
      let store = storeOf();
      for (let at = 0; at < entries.length; at += batchLength) {
        const applied = store.apply(entries.slice(at, at + batchLength));
        found.push(...applied.map((one) => (one.entry.kind === 'noop' ? 'noop' : textOf(resultOf(one)))));
        const known = store.dueAtLogTimeMs;
        // A node that has just started knows as much as one that went on.
        if (at % 2 === 1) store = storeOf();
        expect(store.dueAtLogTimeMs).toBe(known);
        expect(store.dueAtLogTimeMs).toBe(tables.range(leaseExpiryTable, { limit: 1 })[0]?.key.atMs ?? null);
      }
      expect(found).toEqual(expected);
      expect(store.revision).toBe(model.revision);
      expect(leasesIn(tables)).toEqual({
        leases: [...model.leases.keys()],
        keys: [...model.keys].sort(([left], [right]) => (left < right ? -1 : 1)),
      });
    }),
    { numRuns: 2_000 },
  );
});
