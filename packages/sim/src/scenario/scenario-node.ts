import { type NodeId, nodeId, type Sender } from '@quorate/actor';
import { Disk } from '../disk/disk.ts';
import type { ActorMessage } from '../host/actor-message.ts';
import { NodeClock } from '../host/node-clock.ts';
import { SimulatedNode } from '../host/simulated-node.ts';
import { WallClock } from '../host/wall-clock.ts';

/** A message to an actor of a node that has come, and that the actor has not taken yet. */
export interface Mail {
  readonly actor: string;
  readonly message: ActorMessage;
  readonly sender: Sender;
}

/** A machine of a story, and what the author does to it. */
export class ScenarioNode extends SimulatedNode {
  mailbox: Mail[] = [];
  isPaused = false;
  /** Timers that were due while it was paused, in order. */
  lateTimers: (() => void)[] = [];
  /** Flushes end when the author says so. */
  holdsFlush = false;
  /** What was written and no flush has begun for, in words. */
  staged: string[] = [];
  /** What the flush that is under way will make durable, in words. */
  flushing: readonly string[] = [];
  /** Messages within the node that will be lost, each once: from which actor, of which kind. */
  losses: { readonly actor: string; readonly kind: string }[] = [];
  /** The probes that it has sent, newest last. */
  probes: { readonly leader: NodeId; readonly probe: number }[] = [];
  /** Whether it has a connection to the bus. */
  isConnected = true;
  /** The commitIndex that the trace has told of. */
  commitIndex = 0;

  constructor(name: string, place: number) {
    const id: NodeId = nodeId(name);
    super(id, place, { monotonic: new NodeClock(1, 0), wall: new WallClock(1, 0) }, new Disk(`disk-of-${name}`));
  }

  /** A process has ended: what had come to it is gone with it. */
  forget(): void {
    this.mailbox = [];
    this.lateTimers = [];
    this.staged = [];
    this.flushing = [];
    this.probes = [];
    this.isPaused = false;
  }
}
