import type { Address, Sender } from '@quorate/actor';
import type { Configuration, HardState, Lease, LogEntry, LogIndex, RaftSettings, SnapshotRecord } from '@quorate/raft';
import type { Disk } from '../disk/disk.ts';
import type { ActorMessage } from '../host/actor-message.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';

/** What an invariant may look at: everything, at any time. */
export interface ClusterView {
  readonly nodes: readonly SimulatedNode[];
  /** Disks that are lost, as they were: what was acknowledged from them was. */
  readonly lostDisks: readonly Disk[];
  /** The members that the group began with. */
  readonly configuration: Configuration;
  /** Virtual time. */
  readonly nowUs: number;
  /** What the nodes run with. */
  readonly settings: RaftSettings;
}

/** A message as it leaves its actor. */
export interface Sent {
  readonly node: SimulatedNode;
  readonly process: SimulatedProcess;
  readonly to: Address;
  readonly message: ActorMessage;
}

/** Tells that an invariant does not hold. */
export type Violated = (what: string) => void;

/** One promise of Raft's, watched while a cluster runs. Each hook runs at the event itself, so that nothing is noticed late. */
export interface Invariant {
  /** Its name in a report. */
  readonly name: string;
  /** The kinds of messages that `sent` is told of. */
  readonly sees?: readonly ActorMessage['kind'][];
  /** A message leaves its actor. */
  sent?(sent: Sent): void;
  /** A message is about to be taken by its actor. */
  delivered?(node: SimulatedNode, process: SimulatedProcess, message: ActorMessage): void;
  /** Term and vote are about to change in the node's log storage. */
  hardStateStaged?(node: SimulatedNode, process: SimulatedProcess, hardState: HardState): void;
  /** Entries are about to be added at the end of the node's log. */
  entriesStaged?(node: SimulatedNode, process: SimulatedProcess, entries: readonly LogEntry[]): void;
  /** The node's log is about to be cut before `from`. */
  truncationStaged?(node: SimulatedNode, process: SimulatedProcess, from: LogIndex): void;
  /** The node's log is about to lose all up to `through`. */
  compactionStaged?(node: SimulatedNode, process: SimulatedProcess, through: LogIndex): void;
  /** The node's log is about to get the record of a snapshot, its own or a peer's, which is whole on its disk. */
  snapshotStaged?(node: SimulatedNode, process: SimulatedProcess, record: SnapshotRecord): void;
  /** A snapshot file is about to go from the node's disk. */
  fileRemoved?(node: SimulatedNode, process: SimulatedProcess, id: string): void;
  /** The node's state machine was made from a snapshot. */
  stateLoaded?(node: SimulatedNode, process: SimulatedProcess, lastApplied: number): void;
  /** The node's state machine has applied entries. */
  applied?(node: SimulatedNode, process: SimulatedProcess, entries: readonly LogEntry[]): void;
  /** A leader begins, and has a lease of its own. */
  leaseMade?(node: SimulatedNode, process: SimulatedProcess, lease: Lease): void;
  /** A process begins. */
  started?(node: SimulatedNode, process: SimulatedProcess): void;
  /** A client is told that its command was applied at that index. */
  acknowledged?(index: LogIndex, command: Uint8Array): void;
  /** The faults are over and the cluster had its time: the nodes that still count, in rest. */
  atRest?(nodes: readonly SimulatedNode[]): void;
}

/** Who a message claims to be from, for a report. */
export const nameOf = (sender: Sender): string => `${sender.node}#${sender.incarnation}`;
