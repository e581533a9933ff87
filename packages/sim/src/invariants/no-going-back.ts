import type { LogEntry } from '@quorate/raft';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { Invariant, Sent, Violated } from './cluster-view.ts';

interface Progress {
  commitIndex: number;
  readableIndex: number;
  lastApplied: number;
  currentTerm: number;
}

/** commitIndex and lastApplied increase monotonically (Raft figure 2, volatile state), and so does currentTerm (persistent state), within a process. */
export class NoGoingBack implements Invariant {
  readonly name = 'commitIndex and lastApplied never go back';
  readonly sees = ['appendPrepared', 'committed'] as const;
  readonly #violated: Violated;
  readonly #progress = new Map<SimulatedProcess, Progress>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  started({ stateMachine }: SimulatedNode, process: SimulatedProcess): void {
    const { lastApplied } = stateMachine;
    const { currentTerm } = process.storage.hardState;
    this.#progress.set(process, { commitIndex: 0, readableIndex: 0, lastApplied, currentTerm });
  }

  sent({ node, process, message }: Sent): void {
    if (message.kind === 'appendPrepared') this.#raise(node, process, 'commitIndex', message.leaderCommit);
    if (message.kind === 'committed') this.#raise(node, process, 'readableIndex', message.index);
  }

  hardStateStaged(node: SimulatedNode, process: SimulatedProcess, hardState: { readonly currentTerm: number }): void {
    this.#raise(node, process, 'currentTerm', hardState.currentTerm);
  }

  applied(node: SimulatedNode, process: SimulatedProcess, entries: readonly LogEntry[]): void {
    for (const { index } of entries) {
      const lastApplied = this.#progress.get(process)?.lastApplied ?? 0;
      if (index !== lastApplied + 1) this.#violated(`${node.id} applies ${index} after ${lastApplied}`);
      this.#raise(node, process, 'lastApplied', index);
    }
  }

  stateLoaded(node: SimulatedNode, process: SimulatedProcess, lastApplied: number): void {
    this.#raise(node, process, 'lastApplied', lastApplied);
  }

  #raise(node: SimulatedNode, process: SimulatedProcess, what: keyof Progress, to: number): void {
    const progress = this.#progress.get(process);
    if (progress === undefined) return;
    if (to < progress[what]) this.#violated(`${what} of ${node.id} goes from ${progress[what]} back to ${to}`);
    progress[what] = to;
  }
}
