import type { NodeId } from '@quorate/actor';
import { CommandRefused } from './invalid-scenario.ts';
import type { MessageTrace } from './message-trace.ts';
import type { ScenarioHost } from './scenario-host.ts';
import type { ScenarioNode } from './scenario-node.ts';
import type { Trace } from './trace.ts';
import type { Selection, Waiting, Wire } from './wires.ts';

/** So many deliveries at one command, without an end, are nodes that answer each other for ever. */
const maxDeliveries = 5000;

/** Every message that waits. */
const everything: Selection = { wires: [{ from: null, to: null }], kind: null, sequence: null };

/** What the wires of a story are between. */
export interface ScenarioWiresOptions {
  readonly nodes: readonly ScenarioNode[];
  readonly host: ScenarioHost;
  readonly trace: Trace;
  readonly messages: MessageTrace;
}

/** What the author does to messages between the nodes of a story. Each throws `CommandRefused` if it makes no sense as things stand. */
export class ScenarioWires {
  readonly #options: ScenarioWiresOptions;

  constructor(options: ScenarioWiresOptions) {
    this.#options = options;
  }

  /** Delivers what is meant, and what comes of it if that is meant too, until nothing of it waits. */
  deliver(selection: Selection): void {
    const [first] = this.#mustSelect(selection);
    if (first !== undefined && this.#nodeOf(first.to).isPaused) throw new CommandRefused(`${first.to} is paused`);
    this.#deliverAll(selection);
  }

  /** Delivers all that waits, and what comes of it, until nothing does. */
  deliverEverything(): void {
    this.#deliverAll(everything);
  }

  #deliverAll(selection: Selection): void {
    for (let deliveries = 0; ; deliveries += 1) {
      if (deliveries > maxDeliveries) throw new CommandRefused('the nodes answer each other for ever');
      const next = this.#options.host.wires.select(selection).find(({ to }) => !this.#nodeOf(to).isPaused);
      if (next === undefined) return;
      this.#options.host.wires.remove(next);
      this.#deliverOne(next);
      // A message of a certain number is one message, also where it is doubled.
      if (selection.sequence !== null) return;
    }
  }

  #deliverOne(waiting: Waiting): void {
    const { actor, message, sender } = waiting;
    const node = this.#nodeOf(waiting.to);
    if (node.process === null) {
      this.#options.trace.add(['receipts'], `${node.id} is down: a message from ${sender.node} is lost`);
      return;
    }
    const lives = { sender: this.#nodeOf(sender.node).disk.incarnation, receiver: node.disk.incarnation };
    this.#options.messages.received(waiting, lives);
    this.#options.host.deliver(node, { actor, message, sender });
  }

  drop(selection: Selection): void {
    for (const waiting of this.#mustSelect(selection)) {
      this.#options.host.wires.remove(waiting);
      this.#options.messages.sent(waiting, '  -- lost');
    }
  }

  /** A second copy of each comes after all that waits now. */
  double(selection: Selection): void {
    for (const waiting of this.#mustSelect(selection)) {
      this.#options.host.wires.put({ ...waiting });
      this.#options.messages.sent(waiting, '  -- doubled');
    }
  }

  hold(wires: readonly Wire[]): void {
    this.#options.host.wires.hold(wires);
  }

  release(wires: readonly Wire[]): void {
    if (!this.#options.host.wires.release(wires)) throw new CommandRefused('it is not held');
  }

  cut(wires: readonly Wire[]): void {
    this.#options.host.wires.cut(wires);
  }

  heal(wires: readonly Wire[]): void {
    if (!this.#options.host.wires.heal(wires)) throw new CommandRefused('it is not cut');
  }

  #mustSelect(selection: Selection): readonly Waiting[] {
    const selected = this.#options.host.wires.select(selection);
    const isEverything = selection.wires.some(({ from, to }) => from === null && to === null);
    if (selected.length === 0 && !isEverything) throw new CommandRefused('no such message waits');
    return selected;
  }

  #nodeOf(id: NodeId): ScenarioNode {
    const node = this.#options.nodes.find((one) => one.id === id);
    if (node === undefined) throw new CommandRefused(`there is no node ${id}`);
    return node;
  }
}
