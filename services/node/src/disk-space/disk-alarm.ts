import type { Actor, NodeId, Sender } from '@quorate/actor';
import { type Configuration, type DiskAlarmMessage, isQuorum, type Logger, votersOf } from '@quorate/raft';
import { DiskSpaceLow, type DiskStatus } from '@quorate/wire';

/** Whom the group consists of, and who leads it, as far as this node knows. */
export interface Standing {
  readonly leader: NodeId | null;
  readonly configuration: Configuration;
}

/** A node without room, for the sake of which writes are refused. */
interface Shortage {
  readonly node: NodeId;
  readonly space: DiskStatus;
}

/**
 * The actor `diskAlarm`: what the nodes of a group tell each other of their disks, and whether that is too little for writes that need
 * room. They are refused while the leader's space is low, or so many voters' that no majority has enough: the next step would be
 * a group that has stopped. A minority of followers is shown in `status`, and stops nobody. A node that is silent counts as it
 * last said.
 */
export class DiskAlarm implements Actor<DiskAlarmMessage> {
  readonly #logger: Logger;
  readonly #spaces = new Map<NodeId, DiskStatus>();
  #standing: Standing | null = null;
  #shortage: Shortage | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** From a peer. */
  receive({ freeBytes, neededBytes, isLow }: DiskAlarmMessage, from: Sender): void {
    this.noteSpace(from.node, { freeBytes, neededBytes, isLow });
  }

  /** A node has so much room. */
  noteSpace(node: NodeId, space: DiskStatus): void {
    this.#spaces.set(node, space);
    this.#judge();
  }

  /** The group stands so. */
  noteStanding(standing: Standing): void {
    this.#standing = standing;
    this.#judge();
  }

  /** The error by which writes that need room are refused, or null. */
  get refusal(): DiskSpaceLow | null {
    if (this.#shortage === null) return null;
    const { node, space } = this.#shortage;
    return new DiskSpaceLow({ node, freeBytes: space.freeBytes, neededBytes: space.neededBytes });
  }

  #judge(): void {
    const before = this.#shortage;
    this.#shortage = this.#find();
    if ((before === null) === (this.#shortage === null)) return;
    if (this.#shortage === null) return this.#logger.info('writes are taken again: there is disk space');
    const { node, space } = this.#shortage;
    const { freeBytes, neededBytes } = space;
    this.#logger.warn('writes are refused for lack of disk space', { lacking: node, freeBytes, neededBytes });
  }

  #find(): Shortage | null {
    if (this.#standing === null) return null;
    const { leader, configuration } = this.#standing;
    const ofLeader = leader === null ? null : this.#lackOf(leader);
    if (ofLeader !== null) return ofLeader;
    if (isQuorum(configuration, ({ id }) => this.#lackOf(id) === null)) return null;
    const lacking = votersOf(configuration).flatMap(({ id }) => this.#lackOf(id) ?? []);
    return lacking[0] ?? null;
  }

  #lackOf(node: NodeId): Shortage | null {
    const space = this.#spaces.get(node);
    return space?.isLow === true ? { node, space } : null;
  }
}
