import type { CommittedEntry, Entry, Store } from '@quorate/client';
import type { LogEntry } from '@quorate/raft';
import { commandsIn } from '../support/commands-in-log.ts';
import type { CommittedRecorder } from '../support/committed-recorder.ts';
import { eventually } from '../support/eventually.ts';
import type { WriteAttempt } from './chaos-client.ts';
import type { ChaosCluster } from './chaos-cluster.ts';
import { Violation } from './violation.ts';

const restMs = 60_000;

/**
 * The log that every node has committed and applied, now that nobody writes any more.
 * @throws {Violation} if nodes do not come to the same end, or have not the same entries, each index once
 */
export async function expectEqualLogs(cluster: ChaosCluster): Promise<readonly LogEntry[]> {
  const promise = 'all logs become equal';
  const end = await eventually('all nodes have applied the same', () => commonEnd(cluster), {
    timeoutMs: restMs,
  }).catch(async () => {
    const statuses = await cluster.statuses();
    const stands = statuses.map(({ id, lastLogIndex, commitIndex, lastApplied }) => ({
      id,
      lastLogIndex,
      commitIndex,
      lastApplied,
    }));
    throw new Violation(promise, `after ${restMs} ms without a fault: ${JSON.stringify(stands)}`);
  });
  const logs = new Map<string, readonly LogEntry[]>();
  for (const id of cluster.ids) logs.set(id, await cluster.entries(id));
  const [first = []] = logs.values();
  for (const [id, log] of logs) expectSameLines(promise, id, log.map(lineOf), first.map(lineOf));
  const gap = first.findIndex(({ index }, at) => index !== at + 1);
  if (gap >= 0 || first.length !== end) {
    throw new Violation(promise, `${end} entries, of which the ${gap + 1}th has index ${first[gap]?.index}`);
  }
  return first;
}

async function commonEnd(cluster: ChaosCluster): Promise<number | null> {
  const statuses = await cluster.statuses();
  const ends = statuses.flatMap(({ lastLogIndex, commitIndex, lastApplied }) => [
    lastLogIndex,
    commitIndex,
    lastApplied,
  ]);
  return statuses.length === cluster.ids.length && new Set(ends).size === 1 ? (ends[0] ?? null) : null;
}

/** Whoever followed the committed entries was given the log, each index once, in order. @throws {Violation} */
export async function expectFollowed(recorder: CommittedRecorder, log: readonly LogEntry[]): Promise<void> {
  const promise = 'store.committed gives every entry once, in order';
  await recorder.reached(log.length).catch((error: unknown) => {
    throw new Violation(promise, String(error));
  });
  const streamed = recorder.entries.map((entry) => lineOf({ ...entry, command: entry.commandBytes }));
  expectSameLines(promise, 'the stream', streamed, log.map(lineOf));
}

/** Each write stands in the log as often as its caller was told that it may. @throws {Violation} */
export function expectWritesOnce(writes: readonly WriteAttempt[], log: readonly LogEntry[]): void {
  const times = new Map<string, number>();
  const count = (write: string): void => void times.set(write, (times.get(write) ?? 0) + 1);
  for (const command of commandsIn(log)) {
    // Its clients write nothing else.
    if (command.kind !== 'put' && command.kind !== 'delete') continue;
    count(nameOf(command.key, command.kind === 'put' ? Buffer.from(command.value).toString() : null));
  }
  // The deletes of one key look all the same.
  const asked = new Map<string, WriteAttempt[]>();
  for (const attempt of writes) {
    const write = nameOf(attempt.key, attempt.value);
    asked.set(write, [...(asked.get(write) ?? []), attempt]);
  }
  for (const [write, attempts] of asked) {
    const found = times.get(write) ?? 0;
    const least = attempts.filter(({ outcome }) => outcome === 'made').length;
    const most = attempts.filter(({ outcome }) => outcome !== 'notMade').length;
    if (found >= least && found <= most) continue;
    const outcomes = attempts.map(({ outcome }) => outcome).join(', ');
    throw new Violation(
      'what is acknowledged is in the log, and nothing twice',
      `${write} is there ${found} times: ${outcomes}`,
    );
  }
}

/** All nodes have the same keys. @throws {Violation} */
export async function expectEqualKeys(store: Store, nodes: readonly string[]): Promise<void> {
  const [first, ...others] = await Promise.all(nodes.map((node) => keysOf(store, node)));
  for (const [at, other] of others.entries()) {
    expectSameLines('all nodes have the same keys', nodes[at + 1] ?? '', other, first ?? []);
  }
}

async function keysOf(store: Store, node: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const line = ({ key, value, createRevision, modRevision, version }: Entry): string =>
    `${key} ${Buffer.from(value).toString()} ${createRevision} ${modRevision} ${version}`;
  for await (const entry of store.list({ node, pageLimit: 1_000, timeoutMs: 20_000 })) lines.push(line(entry));
  return lines;
}

const nameOf = (key: string, value: string | null): string => `${value === null ? 'delete' : `put ${value}`} of ${key}`;

const lineOf = ({
  index,
  term,
  kind,
  command,
}: Pick<LogEntry | CommittedEntry, 'index' | 'term' | 'kind'> & { readonly command: Uint8Array }): string =>
  `${index} ${term} ${kind} ${Buffer.from(command).toString('base64')}`;

function expectSameLines(promise: string, whose: string, lines: readonly string[], expected: readonly string[]): void {
  const at = expected.findIndex((line, place) => lines[place] !== line);
  if (at >= 0) throw new Violation(promise, `${whose} has "${lines[at]}" where another has "${expected[at]}"`);
  if (lines.length !== expected.length) {
    throw new Violation(promise, `${whose} has ${lines.length} lines where another has ${expected.length}`);
  }
}
