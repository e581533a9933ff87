import type { Entry, Store } from '@quorate/client';
import type { LogEntry } from '@quorate/raft';
import { expect } from 'vitest';
import type { TestCluster } from './cluster.ts';
import { commandsIn } from './commands-in-log.ts';
import type { CommittedRecorder } from './committed-recorder.ts';
import { type Attempt, countOf } from './workload.ts';

/** What a whole run must come to, once nobody writes any more and all nodes have applied the same. */
export interface History {
  readonly cluster: TestCluster;
  readonly store: Store;
  readonly attempts: readonly Attempt[];
  readonly recorders: readonly CommittedRecorder[];
}

/**
 * Every acknowledged write is there, on every node; every node has committed the same in the same order, and the stream held each index
 * once, in order; what may have been written was so once at most, and what certainly was not is nowhere.
 */
export async function expectHistory({ cluster, store, attempts, recorders }: History): Promise<void> {
  const end = await cluster.converged();
  const [first = [], ...others] = await Promise.all(cluster.ids.map((id) => cluster.entries(id)));
  expect(first.map(({ index }) => index)).toEqual(Array.from({ length: end }, (_, at) => at + 1));
  for (const other of others) expectSameLines(other.map(lineOf), first.map(lineOf));

  for (const recorder of recorders) {
    await recorder.reached(end);
    const streamed = recorder.entries.map(({ commandBytes: command, ...rest }) => lineOf({ ...rest, command }));
    expectSameLines(streamed, first.map(lineOf));
  }

  expectOnceAtMost(attempts, first);
  for (const node of cluster.ids) await expectKeys(attempts, await keysOf(store, node));
  expect(cluster.errorsLogged()).toEqual([]);
}

/** Each write stands in the log as often as its caller was told that it may, but for repeats in its session, which do nothing. */
function expectOnceAtMost(attempts: readonly Attempt[], log: readonly LogEntry[]): void {
  const times = new Map<string, number>();
  for (const command of commandsIn(log)) {
    if (command.kind !== 'put') continue;
    const value = Buffer.from(command.value).toString();
    times.set(value, (times.get(value) ?? 0) + 1);
  }
  const wrong = attempts.filter((attempt) => !allowedTimes(attempt).includes(times.get(attempt.value) ?? 0));
  expect(wrong).toEqual([]);
}

function allowedTimes({ outcome, code }: Attempt): readonly number[] {
  if (outcome === 'written') return [1];
  // A write whose condition did not hold is committed, and changes nothing.
  return outcome === 'unknown' || code === 'RevisionMismatch' ? [0, 1] : [0];
}

async function keysOf(store: Store, node: string): Promise<ReadonlyMap<string, Entry>> {
  const keys = new Map<string, Entry>();
  for await (const entry of store.list({ node, pageLimit: 1_000, timeoutMs: 20_000 })) keys.set(entry.key, entry);
  return keys;
}

async function expectKeys(attempts: readonly Attempt[], keys: ReadonlyMap<string, Entry>): Promise<void> {
  const textAt = (key: string): string | null => {
    const value = keys.get(key)?.value;
    return value === undefined ? null : Buffer.from(value).toString();
  };
  const unique = attempts.filter(({ kind }) => kind === 'put');
  const lost = unique.filter(
    ({ outcome, key, value, revision }) =>
      outcome === 'written' && (textAt(key) !== value || keys.get(key)?.modRevision !== revision),
  );
  expect(lost).toEqual([]);
  expect(unique.filter(({ outcome, key }) => outcome === 'notWritten' && textAt(key) !== null)).toEqual([]);

  const increments = attempts.filter(({ kind }) => kind === 'increment');
  for (const key of new Set(increments.map((attempt) => attempt.key))) {
    const all = increments.filter((attempt) => attempt.key === key);
    const written = all.filter(({ outcome }) => outcome === 'written').length;
    const unknown = all.filter(({ outcome }) => outcome === 'unknown').length;
    const entry = keys.get(key);
    const count = entry === undefined ? 0 : countOf(entry.value);
    expect(BigInt(count)).toBe(entry?.version ?? 0n);
    expect(count).toBeGreaterThanOrEqual(written);
    expect(count).toBeLessThanOrEqual(written + unknown);
  }
}

/** An entry as a line, to be compared. */
const lineOf = (entry: {
  readonly index: bigint | number;
  readonly term: bigint | number;
  readonly kind: string;
  readonly timestampUs: bigint | number;
  readonly command: Uint8Array;
}): string =>
  `${entry.index} ${entry.term} ${entry.kind} ${entry.timestampUs} ${Buffer.from(entry.command).toString('base64')}`;

/** Compares long lists: shows the first place where they differ, and not all of both. */
function expectSameLines(lines: readonly string[], expected: readonly string[]): void {
  const at = expected.findIndex((line, place) => lines[place] !== line);
  expect(at < 0 ? null : { at, line: lines[at] }).toEqual(at < 0 ? null : { at, line: expected[at] });
  expect(lines.length).toBe(expected.length);
}
