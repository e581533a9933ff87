import type { NodeId } from '@quorate/actor';

/** A timer of an actor. */
interface Timer {
  readonly node: NodeId;
  startedAtMs: number;
  atMs: number;
  readonly order: number;
  readonly isElection: boolean;
  readonly fire: () => void;
}

/** The range that election timeouts are drawn from. */
export interface ElectionTimeouts {
  readonly electionTimeoutMinMs: number;
  readonly electionTimeoutMaxMs: number;
}

/** How much later each election timeout is than the one drawn before, as a share of their range: no two fall together. */
const stepOfChance = 1e-6;

/**
 * Time as a story has it: it passes when the author says so. Every election timeout is drawn long, and one that the author
 * wants fires as early as it might have been drawn: which node campaigns first is then up to the author, and every
 * run is one that chance could have made.
 */
export class VirtualTime {
  nowMs = 0;
  /** The nodes whose own time stands still, and since when. */
  readonly #stopped = new Map<NodeId, number>();
  readonly #timers = new Set<Timer>();
  #timersStarted = 0;
  #draws = 0;

  /** The chance of all nodes: close to 1, so that election timeouts are long. */
  random(): number {
    this.#draws += 1;
    return 1 - Math.max(stepOfChance, (10_000 - this.#draws) * stepOfChance);
  }

  /** Runs `fire` after `delayMs`; the answer cancels it. No other timer of a group is as long as an election timeout. */
  schedule(node: NodeId, delayMs: number, timeouts: ElectionTimeouts, fire: () => void): () => void {
    this.#timersStarted += 1;
    const timer: Timer = {
      node,
      startedAtMs: this.nowMs,
      atMs: this.nowMs + delayMs,
      order: this.#timersStarted,
      isElection: delayMs > timeouts.electionTimeoutMinMs,
      fire,
    };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The time of a node stands still: none of its timers becomes due. */
  stop(node: NodeId): void {
    this.#stopped.set(node, this.nowMs);
  }

  /** It goes on where it stood; false if it did not stand still. */
  goOn(node: NodeId): boolean {
    const sinceMs = this.#stopped.get(node);
    if (sinceMs === undefined) return false;
    this.#stopped.delete(node);
    const stoodMs = this.nowMs - sinceMs;
    for (const timer of this.#timers) {
      if (timer.node !== node) continue;
      timer.startedAtMs += stoodMs;
      timer.atMs += stoodMs;
    }
    return true;
  }

  /** When the election timer of a node can fire at the earliest; null if it has none. */
  earliestElection(node: NodeId, timeouts: ElectionTimeouts): number | null {
    const timer = this.#electionTimer(node);
    return timer === null ? null : Math.max(this.nowMs, timer.startedAtMs + timeouts.electionTimeoutMinMs);
  }

  /** Takes the election timer of a node, which then fires now. */
  takeElection(node: NodeId): (() => void) | null {
    const timer = this.#electionTimer(node);
    if (timer === null) return null;
    this.#timers.delete(timer);
    return timer.fire;
  }

  /** Takes the next timer that is due up to then, and moves time to it; null if there is none, and time stands then. */
  takeDue(untilMs: number): { readonly node: NodeId; readonly isElection: boolean; readonly fire: () => void } | null {
    const going = [...this.#timers].filter(({ node }) => !this.#stopped.has(node));
    const [next] = going.sort((one, other) => one.atMs - other.atMs || one.order - other.order);
    if (next === undefined || next.atMs > untilMs) {
      this.nowMs = Math.max(this.nowMs, untilMs);
      return null;
    }
    this.#timers.delete(next);
    this.nowMs = Math.max(this.nowMs, next.atMs);
    return next;
  }

  #electionTimer(node: NodeId): Timer | null {
    for (const timer of this.#timers) if (timer.isElection && timer.node === node) return timer;
    return null;
  }
}
