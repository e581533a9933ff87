import type { WantedChange } from './member-changes.ts';

/** How often something happens to a message: probabilities. */
export interface MessageRates {
  readonly lost: number;
  readonly doubled: number;
  readonly late: number;
}

/** A node by its place in the cluster; `leader` is whichever node leads when the fault begins. */
export type Victim = number | 'leader' | 'all';

/** How a process ends. Flushing goes on by itself when one is only killed; a loss of power takes what is not on disk. */
export type Ending = 'stopped' | 'killed' | 'powerLost' | 'flushFailed';

/** What a loss of power leaves of a state machine: all, an older transaction, or nothing. */
export type StateLeft = 'all' | 'older' | 'nothing';

/** One thing that goes wrong in a run. A run's faults are a list, so that a failing one can be shrunk. */
export type Fault = { readonly atMs: number } & (
  | {
      /** Messages are lost, doubled and late, at these rates. A client's are never doubled: NATS does not. */
      readonly kind: 'storm';
      readonly durationMs: number;
      readonly between: MessageRates;
      readonly within: MessageRates;
      readonly clients: Omit<MessageRates, 'doubled'>;
      readonly maxLateMs: number;
      /** Messages on one road overtake each other. */
      readonly reordered: boolean;
    }
  | {
      readonly kind: 'partition';
      readonly durationMs: number;
      /** `comers`: with the victim stand those who come as members, or have just come. */
      readonly shape: 'symmetric' | 'oneWayOut' | 'oneWayIn' | 'pair' | 'comers';
      readonly victim: Exclude<Victim, 'all'>;
      /** How many stand with the victim, in the other shapes. */
      readonly company: number;
      /** Whom NATS tells that nobody listens on the other side. A broken route is seen on both sides or on one; where packets only vanish, nobody is told. */
      readonly told?: 'nobody' | 'both' | 'victims' | 'others';
    }
  /** The node loses its connection to NATS: all of them if the server restarts. They dial again each in its own time, within `spreadMs`. */
  | { readonly kind: 'busLost'; readonly durationMs: number; readonly victim: Victim; readonly spreadMs: number }
  | { readonly kind: 'pause'; readonly durationMs: number; readonly victim: Victim }
  | {
      readonly kind: 'crash';
      readonly durationMs: number;
      readonly victim: Victim;
      readonly ending: Ending;
      /** After how many more messages of the process, in the middle of a turn. */
      readonly afterSends: number;
      /** What came of the flush that was under way. Torn: some of it is there, and not what would make it count. */
      readonly lastFlush: 'arrived' | 'torn' | 'lost';
      readonly stateLeft: StateLeft;
    }
  | {
      readonly kind: 'slowDisk';
      readonly durationMs: number;
      readonly victim: Victim;
      readonly maxFlushMs: number;
      /** Every flush takes about so long, and not only some. */
      readonly isSteady: boolean;
    }
  /** Whatever is done with snapshot files takes up to so long: they are large. Flushes of the log take what they take. */
  | { readonly kind: 'slowFiles'; readonly durationMs: number; readonly victim: Victim; readonly maxMs: number }
  | {
      /** The next leader whose last chunk of a snapshot comes to a peer within that time stands still from that moment on; the peer is slow to store it. */
      readonly kind: 'senderGone';
      readonly withinMs: number;
      readonly durationMs: number;
      readonly maxMs: number;
      /** Its flushes take up to so long meanwhile: what the next leader sends it is not acknowledged before the file is whole. */
      readonly maxFlushMs: number;
    }
  /** No fault, but a step in the life of a cluster, which may meet any. */
  | { readonly kind: 'changeMembers'; readonly wanted: WantedChange; readonly asks: 'leader' | 'anyNode' }
  /** An operator asks for a snapshot now: nodes compact at places of their own. */
  | { readonly kind: 'snapshot'; readonly victim: Victim }
  /** An operator wants another leader; null: any. */
  | { readonly kind: 'transfer'; readonly target: number | null }
  | { readonly kind: 'clockJump'; readonly victim: Victim; readonly byMs: number }
  /** The monotonic clock runs so many times as fast as it should: beyond what leases allow for. */
  | { readonly kind: 'clockRate'; readonly durationMs: number; readonly victim: number; readonly factor: number }
  /** The wall clock is set, either way; the monotonic one goes on as it was. */
  | { readonly kind: 'wallJump'; readonly victim: Victim; readonly byMs: number }
  | {
      /** The machine is suspended: its monotonic clock stands still while time goes on. */
      readonly kind: 'suspend';
      readonly durationMs: number;
      readonly victim: Victim;
      /** Its wall clock stands still as well, so that nothing on it tells that time has passed. */
      readonly stopsWallClock: boolean;
    }
  | {
      /** The node comes back with another disk, which has another storageId. */
      readonly kind: 'lostDisk';
      readonly victim: Exclude<Victim, 'all'>;
      /** After how long. */
      readonly durationMs: number;
      /** The other disk holds what the lost one held so long before; null if it is empty. */
      readonly copyAgeMs: number | null;
    }
  | {
      /** The log's files cannot be read any more: the node ends, and comes back to be repaired. */
      readonly kind: 'damagedDisk';
      readonly victim: Exclude<Victim, 'all'>;
      /** After how long. */
      readonly durationMs: number;
      /** Whether the files of its snapshots are still whole. */
      readonly hasSnapshots: boolean;
    }
  | {
      /** Single records of the log cannot be read any more: the node ends, and comes back to mend them. */
      readonly kind: 'damagedRecords';
      /** One node, whatever it loses; or all of them, each so much that of every record there is another copy; or those that have what nobody committed, of that. */
      readonly victim: Exclude<Victim, 'all'> | 'spread' | 'overtaken';
      /** Of each node, at most. */
      readonly records: number;
      /** Whether what is left of a record tells it from all others. */
      readonly isLegible: boolean;
      /** After how long the nodes come back, at most. */
      readonly durationMs: number;
      /** Which records these are is drawn from it. */
      readonly picks: number;
    }
);

/** The kinds of faults. */
export type FaultKind = Fault['kind'];
