import type { ActorSystem, NodeId, Sender } from '@quorate/actor';
import type { ConfigStore } from '@quorate/config-store';
import type { LogEntry, Patience } from '@quorate/raft';
import type { Disk } from '../disk/disk.ts';
import type { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import type { NodeClock } from './node-clock.ts';
import type { SimulatedEvent } from './simulated-event.ts';
import { simulatedStore } from './simulated-store.ts';
import type { WallClock } from './wall-clock.ts';

/** One life of a node: from its start to its end. */
export interface SimulatedProcess {
  readonly identity: Sender;
  readonly storage: SimulatedLogStorage;
  readonly system: ActorSystem;
  /** A flush will begin at the end of this turn. */
  isFlushDue: boolean;
  /** It begins as soon as none of these waits any more. */
  isFlushHeld: boolean;
  /** Messages of its own actors that come at once, and have not come yet. */
  waiting: number;
  /** When it is to end: so many more messages leave it, and what comes after in that turn is never said. */
  doom: { sendsLeft: number; readonly end: () => void } | null;
  /** How long its election waits. */
  patience: Patience | null;
  /** Ends the process when the next flush ends, which then has failed; null if flushes succeed. */
  flushFailure: (() => void) | null;
}

/** A process at its beginning: nothing is due, and nothing is wrong. */
export const newProcess = (identity: Sender, storage: SimulatedLogStorage, system: ActorSystem): SimulatedProcess => ({
  identity,
  storage,
  system,
  isFlushDue: false,
  isFlushHeld: false,
  waiting: 0,
  doom: null,
  patience: null,
  flushFailure: null,
});

/** A machine: its disk, its clock, its state machine, and the process that runs on it. */
export class SimulatedNode {
  readonly id: NodeId;
  readonly place: number;
  readonly clock: NodeClock;
  readonly wallClock: WallClock;
  disk: Disk;
  stateMachine: ConfigStore;
  /** What led to the state of the state machine, from the first entry on. */
  applied: LogEntry[] = [];
  process: SimulatedProcess | null = null;
  /** How many connections to the bus it has had. */
  connections = 0;
  /** How many pauses hold it. */
  pauses = 0;
  /** It is suspended: its clocks stand still. */
  isSuspended = false;
  /** What came while it was paused, in order. */
  backlog: SimulatedEvent[] = [];
  /** Has another disk than the one that the cluster knows: whatever it says counts for nothing. */
  isSpent = false;
  /** How many faults keep it from running. */
  downs = 0;
  /** How long a flush takes at most beyond the usual, and at least. */
  slowFlushMs: { readonly least: number; readonly most: number } | null = null;
  /** How long each step with a snapshot file takes at most, beyond the usual. */
  slowFilesMs = 0;

  readonly #emptyStore: () => ConfigStore;

  constructor(
    id: NodeId,
    place: number,
    clocks: { readonly monotonic: NodeClock; readonly wall: WallClock },
    disk: Disk,
    emptyStore: () => ConfigStore = () => simulatedStore({}),
  ) {
    this.id = id;
    this.place = place;
    this.clock = clocks.monotonic;
    this.wallClock = clocks.wall;
    this.disk = disk;
    this.#emptyStore = emptyStore;
    this.stateMachine = emptyStore();
  }

  /** Lets the state machine be that of an older transaction: all up to `lastApplied`. */
  restoreState(lastApplied: number): void {
    this.loadState(this.applied.slice(0, lastApplied));
  }

  /** Makes the state machine what these entries lead to. */
  loadState(entries: readonly LogEntry[]): void {
    this.applied = [...entries];
    this.stateMachine = this.#emptyStore();
    this.stateMachine.apply(entries);
  }
}
