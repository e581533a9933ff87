import type { Address, NodeId } from './address.ts';

/**
 * Who sent a message. `storageId` and `incarnation` are those of the sending node's data folder and process, so that a
 * receiver can tell a voter from a machine that merely bears its name.
 */
export interface Sender {
  readonly node: NodeId;
  readonly storageId: string;
  readonly incarnation: number;
}

/** Private state behind a mailbox. Handlers are synchronous and run one at a time; what they throw is a failure of the actor. */
export interface Actor<Message> {
  receive(message: Message, from: Sender): void;
}

/** Makes an actor when it is spawned, and again when it is restarted. */
export type CreateActor<Message> = (context: Context<Message>) => Actor<Message>;

/**
 * All that an actor may know of the world: the same classes run on NATS and in a simulator, which differ only in
 * what stands behind this interface.
 */
export interface Context<Message> {
  readonly self: Address<Message>;
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /** Milliseconds since the epoch on the machine's wall clock, which may be wrong, and may jump either way at any time: nothing that safety rests on uses it. */
  wallNow(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Tells, and never fails: the message may be lost, between nodes and within one. */
  send<Other>(to: Address<Other>, message: Other): void;
  /** Delivers `message` to this actor once after `delayMs`. Starting a key again replaces it: the older firing is never delivered, even if it is already queued. */
  startTimer(key: string, delayMs: number, message: Message): void;
  stopTimer(key: string): void;
  /** Starts a child, which stops with this actor. If it fails it is stopped, and `onFailure` is delivered here, unless it was spawned again or stopped before that. An actor of that name that runs already is stopped first. */
  spawn<Child>(name: string, create: CreateActor<Child>, onFailure: Message): Address<Child>;
  /** Stops a child and all its own. Stopping what does not run does nothing. */
  stop(name: string): void;
}
