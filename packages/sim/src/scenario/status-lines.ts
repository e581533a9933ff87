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
  if (process === null) {
    const { hardState, entries } = node.disk;
    return [node.id, 'down', `term ${hardState.currentTerm}`, logText(entries.map(({ term }) => term))];
  }
  const { hardState, lastIndex } = process.storage;
  const terms = Array.from({ length: lastIndex }, (_, place) => process.storage.entryAt(place + 1)?.term ?? 0);
  const cells = new Map<string, string>();
  for (const part of host.describe(node, 'election', 'logStore', 'applier', 'leader')) {
    if (part.actor === 'election') cells.set('role', node.isPaused ? `${part.role}, paused` : part.role);
    if (part.actor === 'logStore') {
      const durable = part.durableIndex === part.lastLogIndex ? '' : `, durable ${part.durableIndex}`;
      cells.set('commit', `commit ${part.commitIndex}${durable}`);
    }
    if (part.actor === 'applier') cells.set('applied', `applied ${part.lastApplied}`);
    if (part.actor === 'leader') {
      const peers = part.peers.map(({ id, matchIndex, state }) => `${id}=${matchIndex}${state === 'probe' ? '?' : ''}`);
      cells.set('peers', `match ${peers.join(' ')}`);
    }
  }
  const columns = ['commit', 'applied', 'peers'].flatMap((name) => cells.get(name) ?? []);
  return [node.id, cells.get('role') ?? '', `term ${hardState.currentTerm}`, logText(terms), ...columns];
}

const logText = (terms: readonly number[]): string => `log ${terms.length === 0 ? 'empty' : terms.join(' ')}`;
