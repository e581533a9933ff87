import type { NodeId } from '@quorate/actor';
import { logIndex, type MembershipChange, type RaftSettings, term } from '@quorate/raft';
import { CommandRefused } from './invalid-scenario.ts';
import { commandAt } from './message-text.ts';
import { MessageTrace } from './message-trace.ts';
import { ScenarioClients } from './scenario-clients.ts';
import { ScenarioHost } from './scenario-host.ts';
import { ScenarioNode } from './scenario-node.ts';
import { statusLines } from './status-lines.ts';
import { Trace } from './trace.ts';
import type { Selection, Waiting, Wire } from './wires.ts';

/** So many deliveries at one command, without an end, are nodes that answer each other for ever. */
const maxDeliveries = 5000;

/** Every message that waits. */
const everything: Selection = { wires: [{ from: null, to: null }], kind: null, sequence: null };

/** A story while it runs: what its commands do. Each throws `CommandRefused` if it makes no sense as things stand. */
export class Scenario {
  readonly trace = new Trace();
  readonly nodes: readonly ScenarioNode[];
  readonly #messages = new MessageTrace(this.trace);
  readonly #host: ScenarioHost;
  readonly #clients: ScenarioClients;
  #hasBegun = false;

  /** `spares` are machines that are no members of the group when it begins. */
  constructor(names: readonly string[], spares: readonly string[] = []) {
    this.nodes = [...names, ...spares].map((name, place) => new ScenarioNode(name, place));
    const { nodes, trace } = this;
    this.#host = new ScenarioHost({
      nodes,
      members: nodes.slice(0, names.length),
      trace,
      messages: this.#messages,
      onAnswer: (node, answered) => this.#clients.answered(node, answered),
    });
    this.#clients = new ScenarioClients(this.#host, trace);
  }

  /** What Raft rules out and has happened nevertheless, if anything has. */
  get violation(): { readonly invariant: string; readonly what: string } | null {
    return this.#host.watch.violation;
  }

  // --- before it begins ------------------------------------------------------------------------------------------------

  /** The node's disk has entries of these terms, and that current term. */
  log(node: ScenarioNode, terms: readonly number[], currentTerm: number): void {
    this.#mustNotHaveBegun('log');
    if (node.disk.entries.length > 0) throw new CommandRefused(`${node.id} has a log already`);
    const isFalling = terms.some((value, place) => value < (terms[place - 1] ?? 0));
    if (isFalling) throw new CommandRefused('the terms of a log do not fall');
    if (currentTerm < (terms.at(-1) ?? 0)) throw new CommandRefused('the current term is not below that of an entry');
    const entries = terms.map((value, place) => ({
      term: term(value),
      index: logIndex(place + 1),
      kind: 'command' as const,
      command: commandAt(place + 1, value),
    }));
    const hardState = { currentTerm: term(currentTerm), votedFor: null };
    node.disk.commit([
      { kind: 'hardState', hardState },
      { kind: 'append', entries },
    ]);
  }

  set(name: keyof RaftSettings, value: number): void {
    this.#mustNotHaveBegun('set');
    this.#host.settings = { ...this.#host.settings, [name]: value };
  }

  /** Starts every node, once. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    for (const node of this.nodes) this.#host.start(node);
  }

  #mustNotHaveBegun(command: string): void {
    if (this.#hasBegun) throw new CommandRefused(`${command} comes before all that happens`);
  }

  // --- time ------------------------------------------------------------------------------------------------------------

  /** Time passes until the node's election timer fires, as early as it may. */
  timeout(node: ScenarioNode): void {
    this.#mustRun(node);
    const { time, settings } = this.#host;
    const earliestMs = time.earliestElection(node.id, settings);
    if (earliestMs === null) throw new CommandRefused(`${node.id} has no election timer: it leads`);
    this.wait(earliestMs - time.nowMs);
    const fire = time.takeElection(node.id);
    if (fire === null) throw new CommandRefused(`the election timer of ${node.id} was stopped on the way`);
    this.#fireElection(node, fire);
  }

  /** Time passes, and messages wait. */
  wait(forMs: number): void {
    this.#passTime(forMs, () => {});
  }

  /** Time passes, and messages come as soon as they are sent. */
  run(forMs: number): void {
    this.#deliverEverything();
    this.#passTime(forMs, () => this.#deliverEverything());
  }

  #passTime(forMs: number, afterEach: () => void): void {
    const { time } = this.#host;
    const untilMs = time.nowMs + forMs;
    for (let due = time.takeDue(untilMs); due !== null; due = time.takeDue(untilMs)) {
      const node = this.#nodeOf(due.node);
      if (due.isElection) this.#fireElection(node, due.fire);
      else this.#host.fire(node, due.fire);
      afterEach();
    }
  }

  #fireElection(node: ScenarioNode, fire: () => void): void {
    const { time } = this.#host;
    this.#host.fire(node, () => {
      this.trace.add(['timers'], `${node.id} election timeout, at ${Math.round(time.nowMs)} ms`);
      fire();
    });
  }

  // --- messages --------------------------------------------------------------------------------------------------------

  /** Delivers what is meant, and what comes of it if that is meant too, until nothing of it waits. */
  deliver(selection: Selection): void {
    const [first] = this.#mustSelect(selection);
    if (first !== undefined && this.#nodeOf(first.to).isPaused) throw new CommandRefused(`${first.to} is paused`);
    this.#deliverAll(selection);
  }

  /** Delivers all that waits, and what comes of it, until nothing does. */
  #deliverEverything(): void {
    this.#deliverAll(everything);
  }

  #deliverAll(selection: Selection): void {
    for (let deliveries = 0; ; deliveries += 1) {
      if (deliveries > maxDeliveries) throw new CommandRefused('the nodes answer each other for ever');
      const next = this.#host.wires.select(selection).find(({ to }) => !this.#nodeOf(to).isPaused);
      if (next === undefined) return;
      this.#host.wires.remove(next);
      this.#deliverOne(next);
      // A message of a certain number is one message, also where it is doubled.
      if (selection.sequence !== null) return;
    }
  }

  #deliverOne(waiting: Waiting): void {
    const { actor, message, sender } = waiting;
    const node = this.#nodeOf(waiting.to);
    if (node.process === null) {
      this.trace.add(['receipts'], `${node.id} is down: a message from ${sender.node} is lost`);
      return;
    }
    const lives = { sender: this.#nodeOf(sender.node).disk.incarnation, receiver: node.disk.incarnation };
    this.#messages.received(waiting, lives);
    this.#host.deliver(node, { actor, message, sender });
  }

  drop(selection: Selection): void {
    for (const waiting of this.#mustSelect(selection)) {
      this.#host.wires.remove(waiting);
      this.#messages.sent(waiting, '  -- lost');
    }
  }

  /** A second copy of each comes after all that waits now. */
  double(selection: Selection): void {
    for (const waiting of this.#mustSelect(selection)) {
      this.#host.wires.put({ ...waiting });
      this.#messages.sent(waiting, '  -- doubled');
    }
  }

  /** The next message of that kind that the actor sends to another of its node is lost. */
  lose(node: ScenarioNode, actor: string, kind: string): void {
    node.losses.push({ actor, kind });
  }

  hold(wires: readonly Wire[]): void {
    this.#host.wires.hold(wires);
  }

  release(wires: readonly Wire[]): void {
    if (!this.#host.wires.release(wires)) throw new CommandRefused('it is not held');
  }

  cut(wires: readonly Wire[]): void {
    this.#host.wires.cut(wires);
  }

  heal(wires: readonly Wire[]): void {
    if (!this.#host.wires.heal(wires)) throw new CommandRefused('it is not cut');
  }

  #mustSelect(selection: Selection): readonly Waiting[] {
    const selected = this.#host.wires.select(selection);
    const isEverything = selection.wires.some(({ from, to }) => from === null && to === null);
    if (selected.length === 0 && !isEverything) throw new CommandRefused('no such message waits');
    return selected;
  }

  // --- disks -----------------------------------------------------------------------------------------------------------

  holdFlush(node: ScenarioNode): void {
    node.holdsFlush = true;
  }

  /** Flushes end by themselves again, that which is under way too. */
  releaseFlush(node: ScenarioNode): void {
    this.#host.step(node, () => {
      this.#host.completeFlush(node);
      node.holdsFlush = false;
    });
  }

  /** The flush that is under way ends. */
  flush(node: ScenarioNode): void {
    this.#host.step(node, () => {
      if (!this.#host.completeFlush(node)) throw new CommandRefused(`no flush of ${node.id} is under way`);
    });
  }

  // --- processes -------------------------------------------------------------------------------------------------------

  /** The process ends. A flush that is under way reaches the disk all the same. */
  crash(node: ScenarioNode): void {
    this.#mustRun(node);
    this.#host.completeFlush(node);
    this.#end(node);
  }

  /** What was not flushed is gone, and so is the state machine, which is not flushed at each commit. */
  losePower(node: ScenarioNode): void {
    this.#mustRun(node);
    this.#end(node);
    node.restoreState(0);
  }

  restart(node: ScenarioNode): void {
    if (node.process !== null) throw new CommandRefused(`${node.id} runs`);
    this.#host.start(node);
  }

  pause(node: ScenarioNode): void {
    this.#mustRun(node);
    node.isPaused = true;
  }

  /** The process goes on: with timers that were due meanwhile, then with what clients have asked. */
  resume(node: ScenarioNode): void {
    if (!node.isPaused) throw new CommandRefused(`${node.id} is not paused`);
    node.isPaused = false;
    const { lateTimers } = node;
    node.lateTimers = [];
    for (const fire of lateTimers) this.#host.step(node, fire);
    this.#host.step(node, () => {});
  }

  #end(node: ScenarioNode): void {
    const lost = [...node.flushing, ...node.staged];
    if (lost.length > 0) this.trace.add(['flushes'], `${node.id} loses what was not flushed: ${lost.join('; ')}`);
    this.#host.end(node);
  }

  #mustHaveProcess(node: ScenarioNode): void {
    if (node.process === null) throw new CommandRefused(`${node.id} is down`);
  }

  #mustRun(node: ScenarioNode): void {
    this.#mustHaveProcess(node);
    if (node.isPaused) throw new CommandRefused(`${node.id} is paused`);
  }

  // --- clients ---------------------------------------------------------------------------------------------------------

  put(node: ScenarioNode, key: string, value: string): void {
    this.#mustHaveProcess(node);
    this.#clients.put(node, key, value);
  }

  get(node: ScenarioNode, key: string): void {
    this.#mustHaveProcess(node);
    this.#clients.get(node, key);
  }

  // --- operators -------------------------------------------------------------------------------------------------------

  changeMembers(node: ScenarioNode, change: MembershipChange): void {
    this.#mustHaveProcess(node);
    this.#clients.changeMembers(node, change);
  }

  /** `target` null: to anyone. */
  transfer(node: ScenarioNode, target: ScenarioNode | null): void {
    this.#mustHaveProcess(node);
    this.#clients.transfer(node, target);
  }

  /** The node takes a snapshot, as it does by itself after so many entries. */
  takeSnapshot(node: ScenarioNode): void {
    this.#mustRun(node);
    this.#host.takeSnapshot(node);
  }

  // --- looking ---------------------------------------------------------------------------------------------------------

  /** Says how the nodes stand. */
  status(nodes: readonly ScenarioNode[]): void {
    for (const line of statusLines(this.#host, nodes)) this.trace.add([], line);
  }

  #nodeOf(id: NodeId): ScenarioNode {
    const node = this.nodes.find((one) => one.id === id);
    if (node === undefined) throw new CommandRefused(`there is no node ${id}`);
    return node;
  }
}
