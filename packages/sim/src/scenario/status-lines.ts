import type { LogEntry, LogIndex, SnapshotRecord } from '@quorate/raft';
import type { ScenarioHost } from './scenario-host.ts';
import type { ScenarioNode } from './scenario-node.ts';

/** How nodes stand, a line each, its columns under each other. Logs are shown by their terms, as the figures of the paper show them. */
export function statusLines(host: ScenarioHost, nodes: readonly ScenarioNode[]): readonly string[] {
  const rows = nodes.map((node) => rowOf(host, node));
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) => {
    const cells = row.map((cell, column) => cell.padEnd(width(column)));
    return cells.join('  ').trimEnd();
  });
}

function rowOf(host: ScenarioHost, node: ScenarioNode): readonly string[] {
  const { process } = node;
  if (process === null) return [node.id, 'down', ...diskCells(node.disk, node.disk.hardState.currentTerm)];
  const { hardState, damage } = process.storage;
  const cells = new Map<string, string>();
  for (const part of host.describe(node, 'election', 'logStore', 'applier', 'leader')) {
    if (part.actor === 'election') cells.set('role', node.isPaused ? `${part.role}, paused` : part.role);
    if (part.actor === 'logStore') {
      const durable = part.durableIndex === part.lastLogIndex ? '' : `, durable ${part.durableIndex}`;
      cells.set('commit', `commit ${part.commitIndex}${durable}${damage === null ? '' : ', repairing'}`);
    }
    if (part.actor === 'applier') cells.set('applied', `applied ${part.lastApplied}`);
    if (part.actor === 'leader') {
      const peers = part.peers.map(({ id, matchIndex, state }) => `${id}=${matchIndex}${stateMarks[state]}`);
      cells.set('peers', `match ${peers.join(' ')}${part.lease.isValid ? ', lease' : ''}`);
    }
  }
  const columns = ['commit', 'applied', 'peers'].flatMap((name) => cells.get(name) ?? []);
  return [node.id, cells.get('role') ?? '', ...diskCells(process.storage, hardState.currentTerm), ...columns];
}

/** What stands behind the matchIndex of a peer, by what its replicator does. */
const stateMarks = { probe: '?', replicate: '', snapshot: ', gets a snapshot', repair: ', is repaired' } as const;

/** A log, on disk or as a process has it. */
interface Log {
  readonly firstIndex: LogIndex;
  readonly lastIndex: LogIndex;
  readonly snapshot: SnapshotRecord | null;
  entryAt(index: number): LogEntry | undefined;
}

function diskCells(log: Log, currentTerm: number): readonly string[] {
  const { firstIndex, lastIndex, snapshot } = log;
  const terms = Array.from(
    { length: lastIndex + 1 - firstIndex },
    (_, place) => log.entryAt(firstIndex + place)?.term ?? '?',
  );
  const beginning = firstIndex === 1 ? [] : [`from ${firstIndex}:`];
  const shown = ['log', ...beginning, ...(terms.length === 0 ? ['empty'] : terms)].join(' ');
  return [`term ${currentTerm}`, snapshot === null ? shown : `snapshot ${snapshot.id}, ${shown}`];
}
