import type { NodeId } from '@quorate/actor';
import { logIndex, type MembershipChange, type RaftSettings, term } from '@quorate/raft';
import { simulationEpochMs } from '../host/wall-clock.ts';
import { CommandRefused } from './invalid-scenario.ts';
import { commandAt } from './message-text.ts';
import { MessageTrace } from './message-trace.ts';
import type { ReadWish } from './read-words.ts';
import { ScenarioClients } from './scenario-clients.ts';
import { ScenarioHost } from './scenario-host.ts';
import { ScenarioNode } from './scenario-node.ts';
import { ScenarioWires } from './scenario-wires.ts';
import { statusLines } from './status-lines.ts';
import { Trace } from './trace.ts';

/** The time of the first entry that a log has before its story. */
const beforeTheStoryUs = (simulationEpochMs - 1000) * 1000;

/** A story while it runs: what its commands do. Each throws `CommandRefused` if it makes no sense as things stand. */
export class Scenario {
  readonly trace = new Trace();
  readonly nodes: readonly ScenarioNode[];
  /** What is on its way between them. */
  readonly wires: ScenarioWires;
  readonly #host: ScenarioHost;
  readonly #clients: ScenarioClients;
  #hasBegun = false;

  /** `spares` are machines that are no members of the group when it begins. */
  constructor(names: readonly string[], spares: readonly string[] = []) {
    this.nodes = [...names, ...spares].map((name, place) => new ScenarioNode(name, place));
    const { nodes, trace } = this;
    const messages = new MessageTrace(trace);
    this.#host = new ScenarioHost({
      nodes,
      members: nodes.slice(0, names.length),
      trace,
      messages,
      onAnswer: (node, answered) => this.#clients.answered(node, answered),
    });
    this.#clients = new ScenarioClients(this.#host, trace);
    this.wires = new ScenarioWires({ nodes, host: this.#host, trace, messages });
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
      timestampUs: beforeTheStoryUs + place,
      logTimeMs: 0,
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
    this.wires.deliverEverything();
    this.#passTime(forMs, () => this.wires.deliverEverything());
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

  /** The next message of that kind that the actor sends to another of its node is lost. */
  lose(node: ScenarioNode, actor: string, kind: string): void {
    node.losses.push({ actor, kind });
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

  /** The process ends, and the log that it has left cannot be read any more; nor is its state of any use. */
  damage(node: ScenarioNode): void {
    if (node.process !== null) this.crash(node);
    node.disk.damage();
    node.disk.snapshots.clear();
    node.restoreState(0);
  }

  /** The process ends, and these records of the log that it has left cannot be read any more. */
  damageRecords(node: ScenarioNode, indexes: readonly number[]): void {
    if (node.process !== null) this.crash(node);
    if (indexes.some((index) => node.disk.entryAt(index) === undefined)) {
      throw new CommandRefused(`the log of ${node.id} has not all of these entries`);
    }
    node.disk.damageRecords(indexes.map(logIndex), false);
  }

  restart(node: ScenarioNode): void {
    if (node.process !== null) throw new CommandRefused(`${node.id} runs`);
    this.#host.start(node);
  }

  disconnect(node: ScenarioNode): void {
    this.#mustRun(node);
    if (!node.isConnected) throw new CommandRefused(`${node.id} has no connection`);
    this.#host.disconnect(node);
  }

  /** `number` null: of the newest probe. */
  noResponders(node: ScenarioNode, number: number | null): void {
    this.#mustRun(node);
    const told = node.probes.findLast(({ probe }) => number === null || probe === number);
    if (told === undefined) throw new CommandRefused(`${node.id} has sent no such probe`);
    this.#host.tellNoResponders(node, told);
  }

  reconnect(node: ScenarioNode): void {
    this.#mustRun(node);
    this.#host.reconnect(node);
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

  // --- clocks ----------------------------------------------------------------------------------------------------------

  /** The node's wall clock is set: so much farther ahead, or behind if that is negative. */
  setClock(node: ScenarioNode, byMs: number): void {
    node.wallClock.jump(byMs);
  }

  /** The machine stands still, and its monotonic clock with it; its wall clock goes on. */
  suspend(node: ScenarioNode): void {
    this.pause(node);
    node.clock.stop(this.#host.time.nowMs * 1000);
    this.#host.time.stop(node.id);
  }

  /** The machine goes on: with its timers where they stood, and with what clients have asked. */
  wake(node: ScenarioNode): void {
    if (!this.#host.time.goOn(node.id)) throw new CommandRefused(`${node.id} is not suspended`);
    node.clock.goOn(this.#host.time.nowMs * 1000);
    this.resume(node);
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

  get(node: ScenarioNode, key: string, wish: ReadWish, words: readonly string[]): void {
    this.#mustHaveProcess(node);
    this.#clients.get(node, key, wish, words);
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

  /** Says which times the entries of a node's log have: how long after the beginning of the story, and of the log. */
  times(node: ScenarioNode): void {
    const { entries } = node.disk;
    for (const { index, term: inTerm, timestampUs, logTimeMs } of entries) {
      const afterMs = timestampUs / 1000 - simulationEpochMs;
      this.trace.add([], `${node.id} ${index}:${inTerm} at ${afterMs.toFixed(3)} ms, log time ${logTimeMs} ms`);
    }
  }

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
