import type { Sender } from '@quorate/actor';
import { logStoreAt } from '../addresses.ts';
import { type LogIndex, minIndex, type Term } from '../types.ts';
import type { LogState } from './log-state.ts';
import type { LogStoreMessage } from './messages.ts';

type Of<Kind extends LogStoreMessage['kind']> = Extract<LogStoreMessage, { kind: Kind }>;

/** Where the log of that term's leader ended when it was asked. */
interface RepairPoint {
  readonly term: Term;
  readonly lastLogIndex: LogIndex;
}

/**
 * How a node whose log was damaged comes to count again. The log begins empty, and leaders fill it as they fill any. The node does not know any more what
 * it has acknowledged: it takes part in no quorum until it has all that a leader of its own term had when it was asked, *after* the damage.
 * That holds everything that may rest on this node's word: what earlier leaders committed, by leader completeness (Raft §5.4.3), and
 * what this leader was told before ("Protocol-Aware Recovery for Consensus-Based Storage", FAST '18, where logs that were cut to fit lost data).
 */
export class Repair {
  readonly #state: LogState;
  #point: RepairPoint | null = null;
  #asked = 0;

  constructor(state: LogState) {
    this.#state = state;
  }

  /** Whether this node is to take part in no quorum. */
  get isUnderWay(): boolean {
    return this.#state.storage.damage !== null;
  }

  /** Asks the leader, at each of its appends, until it has answered. */
  leaderHeard(leader: Sender): void {
    const state = this.#state;
    if (!this.isUnderWay || this.#point?.term === state.currentTerm) return;
    this.#asked += 1;
    const to = logStoreAt(state.placeOf(leader));
    state.sendWhenTermFlushed(to, { kind: 'repairPoint', term: state.currentTerm, sequence: this.#asked });
  }

  /** An answer to what this incarnation asked: the leader has given it since the damage. */
  repairPointReply(message: Of<'repairPointReply'>): void {
    const { identity, currentTerm } = this.#state;
    if (message.incarnation !== identity.incarnation || message.term !== currentTerm) return;
    this.#point = { term: message.term, lastLogIndex: message.lastLogIndex };
    this.advance();
  }

  /** Ends the repair, if the log is the leader's up to that point and on disk. */
  advance(): void {
    if (!this.isUnderWay || this.#point === null || !this.isComplete(this.#point)) return;
    const { storage, logger, currentTerm } = this.#state;
    storage.endRepair();
    logger.info('the log is whole again', { lastLogIndex: this.#point.lastLogIndex, term: currentTerm });
  }

  protected isComplete(point: RepairPoint): boolean {
    const { currentTerm, verifiedIndex, durability } = this.#state;
    // In another term verifiedIndex speaks of another leader's log.
    return point.term === currentTerm && minIndex(verifiedIndex, durability.durableIndex) >= point.lastLogIndex;
  }
}
