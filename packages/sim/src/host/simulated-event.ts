import type { Sender } from '@quorate/actor';
import type { ActorMessage } from './actor-message.ts';
import type { Due } from './event-queue.ts';
import type { SimulatedNode, SimulatedProcess } from './simulated-node.ts';

/** Something that will happen: a message comes to an actor, or a step runs. */
export class SimulatedEvent implements Due {
  atUs = 0;
  order = 0;
  /** Counted among those that its process has still to take before its mailboxes are empty. */
  isWaiting = false;
  /** Of the node that it happens on; null for what happens outside. */
  readonly node: SimulatedNode | null;
  /** The process that it belongs to: it dies with it. Null if any process of the node will do. */
  readonly process: SimulatedProcess | null;
  readonly actor: string;
  readonly kind: string;
  readonly message: ActorMessage | null;
  readonly sender: Sender | null;
  /** The actor that sent the message; empty for what no actor sent. */
  readonly from: string;
  /** Null if a message is delivered, or if it was cancelled. */
  run: (() => void) | null;

  constructor(
    node: SimulatedNode | null,
    process: SimulatedProcess | null,
    actor: string,
    kind: string,
    message: ActorMessage | null,
    sender: Sender | null,
    from: string,
    run: (() => void) | null,
  ) {
    this.node = node;
    this.process = process;
    this.actor = actor;
    this.kind = kind;
    this.message = message;
    this.sender = sender;
    this.from = from;
    this.run = run;
  }
}
