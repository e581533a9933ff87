import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import type { Store } from '@quorate/client';
import { QuorateError } from '@quorate/client';
import { expect, onTestFinished, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { chanceOf, cutShort, type DamagedPart, filesOf, flipBits } from '../support/disk-damage.ts';
import { eventually } from '../support/eventually.ts';

/** A light load: a few callers, each with a pause between its writes, and what was acknowledged. */
class LightLoad {
  readonly acknowledged = new Map<string, string>();
  readonly #callers: readonly Promise<void>[];
  #stopped = false;

  constructor(store: Store, callers = 3) {
    this.#callers = Array.from({ length: callers }, (_, caller) => this.#call(store, caller));
  }

  /** Resolves when so many more writes were acknowledged. */
  async progress(writes: number): Promise<void> {
    const enough = this.acknowledged.size + writes;
    await eventually(`${writes} more writes`, async () => (this.acknowledged.size >= enough ? true : null));
  }

  async stop(): Promise<ReadonlyMap<string, string>> {
    this.#stopped = true;
    await Promise.all(this.#callers);
    return this.acknowledged;
  }

  async #call(store: Store, caller: number): Promise<void> {
    for (let turn = 0; !this.#stopped; turn += 1) {
      const key = `/light/${caller}/${turn}`;
      const value = `${key} ${'v'.repeat(turn % 50 === 0 ? 20_000 : 100)}`;
      await store.put(key, value).then(
        () => this.acknowledged.set(key, value),
        (error: unknown) => {
          if (!(error instanceof QuorateError)) throw error;
        },
      );
      await after(2);
    }
  }
}

/** Starts a node again whenever it ends, as a supervisor would, until the test is over. */
function supervise(cluster: TestCluster, id: string): { stop(): void } {
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
  };
  const watch = async (): Promise<void> => {
    while (!isStopped) {
      await cluster.node(id).ended;
      if (!isStopped) cluster.start(id);
    }
  };
  void watch();
  onTestFinished(stop);
  return { stop };
}

/** All members are there, with whole logs, and the same in them. */
async function expectWhole(cluster: TestCluster, withinMs: number): Promise<void> {
  await eventually(
    'all members are there, with whole logs',
    async () => {
      const statuses = await cluster.statuses();
      const leader = statuses.find(({ role }) => role === 'leader');
      if (leader === undefined || statuses.length < cluster.ids.length) return null;
      const areWhole = statuses.every(
        ({ damage, term, lastApplied }) =>
          damage === null && term === leader.term && lastApplied + 200 >= leader.commitIndex,
      );
      const areHeard = leader.peers.length === 2 && leader.peers.every(({ state }) => state === 'replicate');
      return areWhole && areHeard ? true : null;
    },
    { timeoutMs: withinMs },
  );
}

async function dataOf(store: Store, node: string): Promise<ReadonlyMap<string, string>> {
  const data = new Map<string, string>();
  for await (const { key, value } of store.list({ node, pageLimit: 1_000, timeoutMs: 20_000 })) {
    data.set(key, Buffer.from(value).toString());
  }
  return data;
}

const healWithinMs = 30_000;
const environment = {
  QUORATE_SNAPSHOT_ENTRIES: '400',
  QUORATE_LOG_TAIL_ENTRIES: '100',
  QUORATE_SCRUB_BYTES_PER_SECOND: String(64 * 1024 * 1024),
};

interface Round {
  readonly parts: readonly DamagedPart[];
  /** How the node is ended before; null: it runs on over what is damaged. */
  readonly end: 'SIGTERM' | 'SIGKILL' | null;
  readonly flips: number;
  readonly isCut: boolean;
}

const rounds: readonly Round[] = [
  { parts: ['log'], end: 'SIGTERM', flips: 100, isCut: false },
  { parts: ['state'], end: 'SIGTERM', flips: 100, isCut: false },
  { parts: ['snapshots'], end: 'SIGTERM', flips: 100, isCut: false },
  { parts: ['log', 'state', 'snapshots'], end: 'SIGKILL', flips: 100, isCut: false },
  { parts: ['log'], end: 'SIGKILL', flips: 0, isCut: true },
  { parts: ['state', 'snapshots'], end: 'SIGKILL', flips: 0, isCut: true },
  { parts: ['log'], end: null, flips: 100, isCut: false },
  { parts: ['state'], end: null, flips: 100, isCut: false },
  { parts: ['snapshots'], end: null, flips: 100, isCut: false },
  { parts: ['log', 'state', 'snapshots'], end: null, flips: 100, isCut: false },
  { parts: ['log'], end: null, flips: 0, isCut: true },
  { parts: ['state'], end: null, flips: 0, isCut: true },
];

/** How often damage was found: by a node that runs, or as it starts. */
const findings = (cluster: TestCluster): number =>
  cluster.errorsLogged().filter(({ msg }) => msg.includes('found damage')).length;

test('of 1,000 damages, on one node at a time, none is served, and each time all is whole again within 30 s, by itself, and nothing is lost', {
  timeout: 600_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true, environment });
  const store = await cluster.connect({ timeoutMs: 10_000 });
  const load = new LightLoad(store);
  await load.progress(1_000);
  const chance = chanceOf(20_260);
  let roundsWithFindings = 0;
  let damages = 0;
  for (const [at, { parts, end, flips, isCut }] of rounds.entries()) {
    const id = cluster.ids[at % cluster.ids.length] ?? '';
    await load.progress(100);
    const before = findings(cluster);
    if (end !== null) await cluster.node(id).end(end);
    for (const part of parts) {
      for (const file of filesOf(cluster.folder(id), part)) {
        if (isCut) cutShort(file, chance);
        else flipBits(file, flips, chance);
        damages += isCut ? 1 : flips;
      }
    }
    if (end !== null) cluster.start(id);
    const supervisor = supervise(cluster, id);
    // What was in free pages only is not found, nor is what was written over before the scrub came by.
    const found = eventually('it is found', async () => (findings(cluster) > before ? true : null), {
      timeoutMs: 8_000,
    });
    roundsWithFindings += (await found.catch(() => false)) ? 1 : 0;
    await expectWhole(cluster, healWithinMs).catch((error: unknown) => {
      throw new Error(`round ${at} (${JSON.stringify(rounds[at])}) on ${id}`, { cause: error });
    });
    supervisor.stop();
  }
  const acknowledged = await load.stop();
  await cluster.converged();
  const [first, ...others] = await Promise.all(cluster.ids.map((id) => dataOf(store, id)));
  for (const other of others) expect(other).toEqual(first);
  const lost = [...acknowledged].filter(([key, value]) => first?.get(key) !== value);
  expect(lost).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(2_000);
  expect(damages).toBeGreaterThanOrEqual(1_000);
  expect(roundsWithFindings).toBeGreaterThanOrEqual(rounds.length - 3);
});

test('status says which node is under repair and why, also where nobody can fill its log', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const store = await cluster.connect();
  for (let count = 0; count < 50; count += 1) await store.put(`/key/${count}`, 'value');
  const [damaged = '', other = ''] = await cluster.followers();
  const leader = await cluster.leader();
  await cluster.node(damaged).end('SIGTERM');
  for (const file of filesOf(cluster.folder(damaged), 'log')) cutShort(file, () => 20_000);
  await cluster.node(other).end('SIGTERM');
  await cluster.node(leader).end('SIGTERM');
  cluster.start(damaged);
  const finding = await cluster.node(damaged).logged('found damage on disk');
  expect(finding.finding).toContain('log.damaged');
  const alone = await eventually('it answers', () => cluster.status(damaged));
  expect(alone.damage).toContain('log/data.mdb');
  expect(alone.role).not.toBe('leader');
  // Its state is empty: it does not say of keys that they do not exist.
  const local = { node: damaged, consistency: 'local', timeoutMs: 1_000 } as const;
  await expect(store.get('/key/49', local)).rejects.toMatchObject({ code: 'Unavailable' });
  // Neither votes nor counts: one of the others is not enough.
  cluster.start(other);
  await eventually('it answers', () => cluster.status(other));
  await after(4_000);
  expect((await cluster.statuses()).map(({ role }) => role)).not.toContain('leader');
  cluster.start(leader);
  await expectWhole(cluster, healWithinMs);
  expect(await store.get('/key/49', { node: damaged })).not.toBeNull();
});

/** Alters one bit of the record of an entry whose command has this text, in a node's log. */
function flipIn(cluster: TestCluster, id: string, text: string): void {
  let found = 0;
  for (const file of filesOf(cluster.folder(id), 'log')) {
    const bytes = readFileSync(file);
    for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) {
      bytes.writeUInt8(bytes.readUInt8(at + 2) ^ 1, at + 2);
      found += 1;
    }
    writeFileSync(file, bytes);
  }
  expect(found).toBeGreaterThan(0);
}

test('a group comes back though no majority of its logs is whole, as long as each record has a good copy', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const store = await cluster.connect();
  for (let count = 100; count < 200; count += 1) await store.put(`/key/${count}`, `VALUE-${count}-${'v'.repeat(200)}`);
  const [first = '', second = '', third = ''] = cluster.ids;
  for (const id of cluster.ids) await cluster.node(id).end('SIGTERM');
  for (const count of [110, 177]) flipIn(cluster, first, `VALUE-${count}-`);
  flipIn(cluster, second, 'VALUE-150-');
  // Alone it keeps and shows what it has applied, has no say, and says what it lacks.
  cluster.start(first);
  const alone = await eventually('it answers', () => cluster.status(first));
  expect(alone.damage).toMatch(/fetched from the others: \d+, \d+$/);
  const local = { node: first, consistency: 'local' } as const;
  expect(Buffer.from((await store.get('/key/110', local))?.value ?? '').toString()).toContain('VALUE-110-');
  cluster.start(second);
  cluster.start(third);
  await expectWhole(cluster, healWithinMs);
  for (const node of cluster.ids) expect((await dataOf(store, node)).size).toBe(100);
  expect(cluster.errorsLogged().filter(({ finding }) => String(finding).includes('log.damaged'))).toEqual([]);
});
