import type { Actor, NodeId, Sender } from '@quorate/actor';
import type { LogIndex, StageMemoryMessage, Term, WriteStages } from '@quorate/raft';
import type { PeerPart } from '@quorate/telemetry';

/** A peer that has not told by then remembers nothing, as far as this node cares. */
const toldWithinMs = 1_000;
/** So many peers are asked at once, at most. */
const maxQuestions = 256;

/** What a stage memory is made from. */
export interface StageMemoryOptions {
  /** What this node remembers of an entry. */
  readonly find: (index: LogIndex) => WriteStages | null;
  readonly tell: (node: NodeId, message: StageMemoryMessage) => void;
}

interface Question {
  readonly peer: NodeId;
  readonly settle: (part: PeerPart | null) => void;
}

/** The actor `stageMemory`: tells peers what this node remembers of a write, and asks them, so that the trace of a slow write has their parts though nothing was sampled. */
export class StageMemory implements Actor<StageMemoryMessage> {
  readonly #options: StageMemoryOptions;
  readonly #questions = new Map<number, Question>();
  #sequence = 0;

  constructor(options: StageMemoryOptions) {
    this.#options = options;
  }

  /** From a peer. */
  receive(message: StageMemoryMessage, { node }: Sender): void {
    switch (message.kind) {
      case 'askStages':
        return this.#tell(node, message);
      case 'toldStages': {
        const question = this.#questions.get(message.sequence);
        if (question?.peer === node) question.settle({ log: message.log, applier: message.applier });
        return;
      }
      default:
        return message satisfies never;
    }
  }

  /** What a peer remembers of the entry of that term; null if it does not tell. */
  ask(peer: NodeId, index: LogIndex, term: Term): Promise<PeerPart | null> {
    if (this.#questions.size >= maxQuestions) return Promise.resolve(null);
    this.#sequence += 1;
    const sequence = this.#sequence;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(null), toldWithinMs).unref();
      const settle = (part: PeerPart | null): void => {
        clearTimeout(timer);
        this.#questions.delete(sequence);
        resolve(part);
      };
      this.#questions.set(sequence, { peer, settle });
      this.#options.tell(peer, { kind: 'askStages', sequence, index, term });
    });
  }

  #tell(node: NodeId, { sequence, index, term }: Extract<StageMemoryMessage, { kind: 'askStages' }>): void {
    const found = this.#options.find(index);
    const { log, applier } = found?.term === term ? found : { log: null, applier: null };
    this.#options.tell(node, { kind: 'toldStages', sequence, log, applier });
  }
}
