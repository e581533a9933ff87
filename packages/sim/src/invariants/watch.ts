import type { Address } from '@quorate/actor';
import type { HardState, Lease, LogEntry, LogIndex, SnapshotRecord } from '@quorate/raft';
import type { ActorMessage } from '../host/actor-message.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import { AutoRemovalIsCareful } from './auto-removal-is-careful.ts';
import type { ClusterView, Invariant } from './cluster-view.ts';
import { CommandsProposedOnce } from './commands-proposed-once.ts';
import { CommitOnQuorum } from './commit-on-quorum.ts';
import { CommittedEntries } from './committed-entries.ts';
import { CompactionIsCovered } from './compaction-is-covered.ts';
import { CurrentOfficeServed } from './current-office-served.ts';
import { DamagedLogAbstains } from './damaged-log-abstains.ts';
import { ElectedByQuorum } from './elected-by-quorum.ts';
import { ElectionSafety } from './election-safety.ts';
import { EntriesMadeInTheirTerm } from './entries-made-in-their-term.ts';
import { EqualLogs } from './equal-logs.ts';
import { HardPromiseKept } from './hard-promise-kept.ts';
import { HeardLeaderProtected } from './heard-leader-protected.ts';
import { LeaderAppendOnly } from './leader-append-only.ts';
import { LeaderCompleteness } from './leader-completeness.ts';
import { LeaderKeepsQuorum } from './leader-keeps-quorum.ts';
import { LeaderOfTheTerm } from './leader-of-the-term.ts';
import { LeaseHolderLeadsAlone } from './lease-holder-leads-alone.ts';
import { LeaseRestsOnTrueClocks } from './lease-rests-on-true-clocks.ts';
import { LeasesEnd } from './leases-end.ts';
import { LogMatching } from './log-matching.ts';
import { LogTimeNeverFalls } from './log-time-never-falls.ts';
import { NoGoingBack } from './no-going-back.ts';
import { NothingAcknowledgedLost } from './nothing-acknowledged-lost.ts';
import { OneChangeAtATime } from './one-change-at-a-time.ts';
import { OneVotePerTerm } from './one-vote-per-term.ts';
import { PreVoteFirst } from './pre-vote-first.ts';
import { ProgressOfOwnTerm } from './progress-of-own-term.ts';
import { QuietAfterConnect } from './quiet-after-connect.ts';
import { ReadsAreFresh } from './reads-are-fresh.ts';
import { RevisionCountsChanges } from './revision-counts-changes.ts';
import { RoundsAreNew } from './rounds-are-new.ts';
import { SnapshotsAreThere } from './snapshots-are-there.ts';
import { StateMachineSafety } from './state-machine-safety.ts';
import { TimestampsNearRealTime } from './timestamps-near-real-time.ts';
import { TimestampsRise } from './timestamps-rise.ts';
import { WriteBeforeSend } from './write-before-send.ts';

/** The first thing that was not as it must be. */
export interface Violation {
  readonly invariant: string;
  readonly what: string;
}

/** The messages that an invariant looks at when they come. */
const watchedArrivals: ReadonlySet<ActorMessage['kind']> = new Set([
  'matched',
  'roundConfirmed',
  'leaderHeard',
  'noResponders',
  'busLost',
  'busConnected',
] as const);

type Constructor = new (violated: (what: string) => void, view: ClusterView, committed: CommittedEntries) => Invariant;

// What is committed is noted first: the others look it up.
const constructors: readonly Constructor[] = [
  CommitOnQuorum,
  ElectionSafety,
  ElectedByQuorum,
  CurrentOfficeServed,
  LeaderOfTheTerm,
  OneVotePerTerm,
  LeaderAppendOnly,
  LogMatching,
  EntriesMadeInTheirTerm,
  CommandsProposedOnce,
  LeaderCompleteness,
  OneChangeAtATime,
  AutoRemovalIsCareful,
  StateMachineSafety,
  TimestampsRise,
  TimestampsNearRealTime,
  LogTimeNeverFalls,
  NoGoingBack,
  WriteBeforeSend,
  CompactionIsCovered,
  DamagedLogAbstains,
  SnapshotsAreThere,
  NothingAcknowledgedLost,
  ProgressOfOwnTerm,
  RoundsAreNew,
  ReadsAreFresh,
  RevisionCountsChanges,
  PreVoteFirst,
  HeardLeaderProtected,
  QuietAfterConnect,
  HardPromiseKept,
  LeaseRestsOnTrueClocks,
  LeaseHolderLeadsAlone,
  LeaderKeepsQuorum,
  LeasesEnd,
  EqualLogs,
];

/** What an invariant may be told of, but for messages that leave. */
type Hook = Exclude<keyof Invariant, 'name' | 'sees' | 'sent'>;

/** An invariant that is told of it. */
type Told<Of extends Hook> = Invariant & Required<Pick<Invariant, Of>>;

/** All invariants together, and the first violation that any of them saw. */
export class Watch {
  #violation: Violation | null = null;
  /** What was ever committed. */
  readonly committed = new CommittedEntries();
  readonly #invariants: readonly Invariant[];
  /** By kind of message, who looks at it when it leaves. */
  readonly #observers: ReadonlyMap<ActorMessage['kind'], readonly Invariant[]>;
  readonly #told: { readonly [Of in Hook]: readonly Told<Of>[] };

  constructor(view: ClusterView) {
    const { committed } = this;
    this.#invariants = constructors.map((Checked) => {
      const invariant: Invariant = new Checked((what) => this.violated(invariant.name, what), view, committed);
      return invariant;
    });
    this.#observers = observersOf(this.#invariants);
    this.#told = {
      delivered: this.#thoseTold('delivered'),
      hardStateStaged: this.#thoseTold('hardStateStaged'),
      entriesStaged: this.#thoseTold('entriesStaged'),
      truncationStaged: this.#thoseTold('truncationStaged'),
      compactionStaged: this.#thoseTold('compactionStaged'),
      snapshotStaged: this.#thoseTold('snapshotStaged'),
      fileRemoved: this.#thoseTold('fileRemoved'),
      stateLoaded: this.#thoseTold('stateLoaded'),
      applied: this.#thoseTold('applied'),
      leaseMade: this.#thoseTold('leaseMade'),
      started: this.#thoseTold('started'),
      acknowledged: this.#thoseTold('acknowledged'),
      atRest: this.#thoseTold('atRest'),
    };
  }

  /** Null as long as all is well. */
  get violation(): Violation | null {
    return this.#violation;
  }

  /** Notes a violation; the first counts. */
  violated(invariant: string, what: string): void {
    this.#violation ??= { invariant, what };
  }

  sent(node: SimulatedNode, process: SimulatedProcess, to: Address, message: ActorMessage): void {
    const observers = this.#observers.get(message.kind);
    if (observers === undefined) return;
    const sent = { node, process, to, message };
    for (const invariant of observers) invariant.sent?.(sent);
  }

  delivered(node: SimulatedNode, process: SimulatedProcess, message: ActorMessage): void {
    if (!watchedArrivals.has(message.kind)) return;
    for (const invariant of this.#told.delivered) invariant.delivered(node, process, message);
  }

  hardStateStaged(node: SimulatedNode, process: SimulatedProcess, hardState: HardState): void {
    for (const invariant of this.#told.hardStateStaged) invariant.hardStateStaged(node, process, hardState);
  }

  entriesStaged(node: SimulatedNode, process: SimulatedProcess, entries: readonly LogEntry[]): void {
    for (const invariant of this.#told.entriesStaged) invariant.entriesStaged(node, process, entries);
  }

  truncationStaged(node: SimulatedNode, process: SimulatedProcess, from: LogIndex): void {
    for (const invariant of this.#told.truncationStaged) invariant.truncationStaged(node, process, from);
  }

  compactionStaged(node: SimulatedNode, process: SimulatedProcess, through: LogIndex): void {
    for (const invariant of this.#told.compactionStaged) invariant.compactionStaged(node, process, through);
  }

  snapshotStaged(node: SimulatedNode, process: SimulatedProcess, record: SnapshotRecord): void {
    for (const invariant of this.#told.snapshotStaged) invariant.snapshotStaged(node, process, record);
  }

  fileRemoved(node: SimulatedNode, process: SimulatedProcess, id: string): void {
    for (const invariant of this.#told.fileRemoved) invariant.fileRemoved(node, process, id);
  }

  stateLoaded(node: SimulatedNode, process: SimulatedProcess, lastApplied: number): void {
    for (const invariant of this.#told.stateLoaded) invariant.stateLoaded(node, process, lastApplied);
  }

  applied(node: SimulatedNode, process: SimulatedProcess, entries: readonly LogEntry[]): void {
    for (const invariant of this.#told.applied) invariant.applied(node, process, entries);
  }

  leaseMade(node: SimulatedNode, process: SimulatedProcess, lease: Lease): void {
    for (const invariant of this.#told.leaseMade) invariant.leaseMade(node, process, lease);
  }

  started(node: SimulatedNode, process: SimulatedProcess): void {
    for (const invariant of this.#told.started) invariant.started(node, process);
  }

  acknowledged(index: LogIndex, command: Uint8Array): void {
    for (const invariant of this.#told.acknowledged) invariant.acknowledged(index, command);
  }

  atRest(nodes: readonly SimulatedNode[]): void {
    for (const invariant of this.#told.atRest) invariant.atRest(nodes);
  }

  #thoseTold<Of extends Hook>(hook: Of): readonly Told<Of>[] {
    return this.#invariants.filter((invariant): invariant is Told<Of> => invariant[hook] !== undefined);
  }
}

function observersOf(invariants: readonly Invariant[]): ReadonlyMap<ActorMessage['kind'], readonly Invariant[]> {
  const observers = new Map<ActorMessage['kind'], Invariant[]>();
  for (const invariant of invariants) {
    if (invariant.sent !== undefined && invariant.sees === undefined)
      throw new Error(`${invariant.name} sees no messages`);
    for (const kind of invariant.sees ?? []) observers.set(kind, [...(observers.get(kind) ?? []), invariant]);
  }
  return observers;
}
