import type { Sender } from '@quorate/actor';
import type { ConfigStoreCodec, Tables, WatchAssembly, WatchPage, WatchRequest } from '@quorate/config-store';
import type { decideRetry, RaftParts, RaftSettings, StateCheck } from '@quorate/raft';
import type { Disk } from '../disk/disk.ts';
import type { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import type { SimulatedSnapshotFiles } from '../disk/simulated-snapshot-files.ts';
import type { Work } from '../workload/draw-work.ts';

/**
 * What is put in the places of production's classes, or of what the host lends them. The production code knows nothing of
 * it: whatever can be planted comes in as a collaborator.
 */
export interface Plant {
  readonly parts?: Partial<RaftParts>;
  readonly storage?: typeof SimulatedLogStorage;
  readonly disk?: typeof Disk;
  readonly snapshotFiles?: typeof SimulatedSnapshotFiles;
  /** How a node signs what it sends. */
  readonly identity?: (identity: Sender) => Sender;
  readonly settings?: (settings: RaftSettings) => RaftSettings;
  /** The tables of the state machine, over those that the simulator has. */
  readonly tables?: (tables: Tables) => Tables;
  readonly codec?: (codec: ConfigStoreCodec) => ConfigStoreCodec;
  /** What a run has to have for the bug to matter, and what is drawn for none. */
  readonly work?: Pick<Work, 'stateChecks'>;
  /** What compares the states of nodes. */
  readonly stateCheck?: typeof StateCheck;
  /** What a node, which has come to `revision`, makes of a page before it gives it to a watcher. */
  readonly watchPage?: (page: WatchPage, request: WatchRequest, revision: number) => WatchPage;
  /** How a watcher puts pages together. */
  readonly watchAssembly?: typeof WatchAssembly;
  /** By which rule clients repeat what failed. */
  readonly decideRetry?: typeof decideRetry;
}

/** A bug that was really made somewhere, or that a rule of the design is there to prevent. */
export interface PlantedBug {
  /** The name of its file. */
  readonly name: string;
  /** What is wrong, in a line. */
  readonly breaks: string;
  /** The rule that it breaks, and where the rule is from. Rules that have a number alone are those of the design. */
  readonly reference: string;
  readonly plant: Plant;
}
