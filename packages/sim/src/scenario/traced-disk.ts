import type { LogEntry } from '@quorate/raft';
import { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import { SimulatedSnapshotFiles } from '../disk/simulated-snapshot-files.ts';
import type { ActorMessage } from '../host/actor-message.ts';
import type { SimulatedProcess } from '../host/simulated-node.ts';
import type { Watch } from '../invariants/watch.ts';
import { entriesText, hardStateText } from './message-text.ts';
import type { ScenarioNode } from './scenario-node.ts';
import type { Trace } from './trace.ts';

/** What tells of a node's disk, and watches it. */
export interface DiskWatch {
  readonly node: ScenarioNode;
  /** The process that writes there. */
  readonly processOf: () => SimulatedProcess;
  readonly watch: Watch;
  readonly trace: Trace;
}

/** The log of a node's process, which tells of what it writes. */
export function tracedLogStorage({ node, processOf, watch, trace }: DiskWatch): SimulatedLogStorage {
  const staged = (verb: string, what: string): void => {
    node.staged.push(what);
    trace.add(['stores'], `${node.id} ${verb} ${what}`);
  };
  return new SimulatedLogStorage(node.disk, {
    hardStateStaged: (hardState) => {
      watch.hardStateStaged(node, processOf(), hardState);
      staged('writes', hardStateText(hardState));
    },
    promiseStaged: (longestPromiseMs) => staged('writes', `that it may promise ${longestPromiseMs} ms`),
    entriesStaged: (entries) => {
      watch.entriesStaged(node, processOf(), entries);
      staged('appends', entriesText(entries));
    },
    truncationStaged: (from) => {
      const process = processOf();
      watch.truncationStaged(node, process, from);
      const gone = process.storage.read(from, { maxEntries: 1000, maxBytes: 1e6 });
      node.staged.push(`the cut before ${from}`);
      trace.add(['stores'], `${node.id} cuts off ${entriesText(gone)}`);
    },
    snapshotStaged: (record) => {
      watch.snapshotStaged(node, processOf(), record);
      staged('records', `snapshot ${record.id}`);
    },
    compactionStaged: (through) => {
      watch.compactionStaged(node, processOf(), through);
      staged('compacts', `up to ${through}`);
    },
    installStaged: (record) => {
      watch.snapshotStaged(node, processOf(), record);
      watch.compactionStaged(node, processOf(), record.index);
      staged('installs', `snapshot ${record.id}`);
    },
    repairEnded: () => staged('notes', 'that its log is whole again'),
  });
}

/** The snapshot files of a node's process, which tell of what becomes of them. The disk has done its work at once. */
export function tracedSnapshotFiles(
  { node, processOf, watch, trace }: DiskWatch,
  known: Map<string, readonly LogEntry[]>,
  tell: (message: ActorMessage) => void,
): SimulatedSnapshotFiles {
  const traced = (what: string): void => trace.add(['snapshots'], `${node.id} ${what}`);
  const { disk } = node;
  return new SimulatedSnapshotFiles({
    disk,
    known,
    applied: () => node.applied,
    load: (entries) => {
      node.loadState(entries);
      traced(`makes its state that of ${entries.length}:${entries.at(-1)?.term ?? 0}, from its snapshot`);
      watch.stateLoaded(node, processOf(), entries.length);
    },
    removed: (id) => {
      traced(`removes snapshot ${id}`);
      watch.fileRemoved(node, processOf(), id);
    },
    later: (run) => run(),
    tell: (message) => {
      if (message.kind === 'snapshotTaken')
        traced(`has taken snapshot ${message.record.id}, of ${message.record.bytes} bytes`);
      if (message.kind === 'chunkStored') {
        const { id, storedBytes } = message;
        traced(`has ${storedBytes} of ${disk.snapshots.get(id)?.bytes ?? 'the'} bytes of snapshot ${id}`);
      }
      tell(message);
    },
  });
}
