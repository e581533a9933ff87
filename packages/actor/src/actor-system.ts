import type { Actor, Context, CreateActor, Sender } from './actor.ts';
import type { Address, GroupId, NodeId } from './address.ts';

/** What a host lends to the actors of one node and group: its clock, its chance, its queue and its roads. */
export interface Host {
  /** How this node signs what it sends; timers are delivered in its name. */
  readonly identity: Sender;
  now(): number;
  wallNow(): number;
  random(): number;
  /** Takes a message to its mailbox, here or on another node. */
  route(from: Address, to: Address, message: unknown): void;
  /** Runs `fire` in a turn of its own after `delayMs`; the answer cancels it. Whose timer it is, and which, is for those who trace. */
  schedule(delayMs: number, fire: () => void, owner: string, timer: string): () => void;
  /** An actor threw, and is stopped. If nobody watches it (`watched` false) the node cannot go on without it. */
  failed(actor: string, error: unknown, watched: boolean): void;
}

interface Cell {
  readonly name: string;
  readonly actor: Actor<unknown>;
  readonly children: Set<string>;
  readonly timers: Map<string, () => void>;
  readonly onFailure: (error: unknown) => void;
}

/**
 * The actors of one node and group: their lives, timers and supervision. It has no clock and no queue of its own,
 * so that the host on NATS and the simulator's share it.
 */
export class ActorSystem {
  readonly #node: NodeId;
  readonly #group: GroupId;
  readonly #host: Host;
  readonly #cells = new Map<string, Cell>();

  constructor(node: NodeId, group: GroupId, host: Host) {
    this.#node = node;
    this.#group = group;
    this.#host = host;
  }

  /** Starts a top-level actor. What it throws is told to the host, which ends the node. */
  start<Message>(name: string, create: CreateActor<Message>): Address<Message> {
    return this.#spawn(name, create, (error) => this.#host.failed(name, error, false));
  }

  /** Gives a message to its actor. False if no such actor runs: it is then lost, as messages may be. */
  deliver(to: string, message: unknown, from: Sender): boolean {
    const cell = this.#cells.get(to);
    if (cell === undefined) return false;
    this.#receive(cell, message, from);
    return true;
  }

  /** Whether an actor of that name runs. */
  has(name: string): boolean {
    return this.#cells.has(name);
  }

  /** Stops everything. Timers that are due are not delivered any more. */
  stopAll(): void {
    for (const name of [...this.#cells.keys()]) this.#stop(name);
  }

  #spawn<Message>(name: string, create: CreateActor<Message>, onFailure: (error: unknown) => void): Address<Message> {
    this.#stop(name);
    const address: Address<Message> = { node: this.#node, group: this.#group, actor: name };
    const children = new Set<string>();
    const timers = new Map<string, () => void>();
    const actor = this.#made(create, address, children, timers);
    // The cell is where messages of unknown type meet the actor: the bus has validated them against the actor's own schemas.
    this.#cells.set(name, { name, actor: actor as Actor<unknown>, children, timers, onFailure });
    return address;
  }

  /** What `create` began before it threw would be nobody's to stop. */
  #made<Message>(
    create: CreateActor<Message>,
    self: Address<Message>,
    children: Set<string>,
    timers: Map<string, () => void>,
  ): Actor<Message> {
    try {
      return create(this.#contextOf(self, children, timers));
    } catch (error) {
      this.#end(children, timers);
      throw error;
    }
  }

  #contextOf<Message>(
    self: Address<Message>,
    children: Set<string>,
    timers: Map<string, () => void>,
  ): Context<Message> {
    const stopTimer = (key: string): void => {
      timers.get(key)?.();
      timers.delete(key);
    };
    return {
      self,
      now: () => this.#host.now(),
      wallNow: () => this.#host.wallNow(),
      random: () => this.#host.random(),
      send: (to, message) => this.#host.route(self, to, message),
      startTimer: (key, delayMs, message) => {
        stopTimer(key);
        timers.set(key, this.#timer(self.actor, timers, key, delayMs, message));
      },
      stopTimer,
      spawn: (name, create, onFailure) => {
        stopTimer(failureOf(name));
        children.add(name);
        return this.#spawn(name, create, (error) => {
          this.#host.failed(name, error, true);
          children.delete(name);
          // In a turn of its own, and not by any bus: supervision is no message between actors, and must not be lost as one.
          timers.set(failureOf(name), this.#timer(self.actor, timers, failureOf(name), 0, onFailure));
        });
      },
      stop: (name) => {
        stopTimer(failureOf(name));
        if (children.delete(name)) this.#stop(name);
      },
    };
  }

  #timer(owner: string, timers: Map<string, () => void>, key: string, delayMs: number, message: unknown): () => void {
    let live = true;
    const fire = (): void => {
      const cell = this.#cells.get(owner);
      if (!live || cell?.timers !== timers) return;
      timers.delete(key);
      this.#receive(cell, message, this.#host.identity);
    };
    const cancel = this.#host.schedule(delayMs, fire, owner, key);
    return () => {
      live = false;
      cancel();
    };
  }

  #receive(cell: Cell, message: unknown, from: Sender): void {
    try {
      cell.actor.receive(message, from);
    } catch (error) {
      this.#stop(cell.name);
      cell.onFailure(error);
    }
  }

  #stop(name: string): void {
    const cell = this.#cells.get(name);
    if (cell === undefined) return;
    this.#cells.delete(name);
    this.#end(cell.children, cell.timers);
  }

  #end(children: ReadonlySet<string>, timers: Map<string, () => void>): void {
    for (const child of children) this.#stop(child);
    for (const cancel of timers.values()) cancel();
    timers.clear();
  }
}

const failureOf = (child: string): string => `failure of ${child}`;
