import type { Actor, NodeId } from '@quorate/actor';
import type { ApiMessage, GatewayAnswer, GatewayMessage } from '@quorate/raft';

/** A gateway's answer, and the leader as the gateway knows it. */
export interface Answered {
  readonly answer: GatewayAnswer;
  readonly leader: NodeId | null;
}

/** What can be asked of the gateway, before it has a number. */
export type Question = Extract<
  GatewayMessage,
  { kind: 'write' | 'changeMembers' | 'transfer' | 'read' | 'readEntries' | 'takeSnapshot' | 'readStatus' }
>;

/** A question that is open. */
interface Waiting {
  readonly kind: Question['kind'];
  readonly resolve: (answered: Answered) => void;
}

/** The actor `api`: numbers the requests of a node's clients, and brings the gateway's answers back to them. */
export class GatewayDesk implements Actor<ApiMessage> {
  readonly #tell: (question: Question) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #idleListeners = new Set<() => void>();
  #request = 0;
  #isClosed = false;

  /** `tell` takes a question to the gateway of this node. */
  constructor(tell: (question: Question) => void) {
    this.#tell = tell;
  }

  receive(message: ApiMessage): void {
    this.#answer(message.request, { answer: message.answer, leader: message.leader });
  }

  /** Asks the gateway. It answers every question within its time, so this resolves while the node runs; and when the desk is closed. */
  ask(question: (request: number) => Question): Promise<Answered> {
    this.#request += 1;
    const request = this.#request;
    return new Promise((resolve) => {
      const asked = question(request);
      this.#waiting.set(request, { kind: asked.kind, resolve });
      if (this.#isClosed) this.#answer(request, unanswered(asked.kind, false));
      else this.#tell(asked);
    });
  }

  /** Resolves when no question is open, or when the time is over. */
  async idle(timeoutMs: number): Promise<void> {
    if (this.#waiting.size === 0) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#idleListeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#idleListeners.add(done);
    });
  }

  /** The gateway answers nothing any more: what is open is answered so, and what comes later too. */
  close(): void {
    this.#isClosed = true;
    for (const [request, { kind }] of this.#waiting) this.#answer(request, unanswered(kind, true));
  }

  #answer(request: number, answered: Answered): void {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    waiting?.resolve(answered);
    if (this.#waiting.size === 0) for (const listener of [...this.#idleListeners]) listener();
  }
}

/** What a caller is told whom no gateway answers: a write that was with one may have been made. */
function unanswered(kind: Question['kind'], wasAsked: boolean): Answered {
  const mayBeMade = wasAsked && (kind === 'write' || kind === 'changeMembers');
  const code = mayBeMade ? 'OutcomeUnknown' : 'NoLeader';
  const message = mayBeMade ? 'the node has ended: the write may have been made' : 'the node has ended';
  return { answer: { kind: 'error', code, message }, leader: null };
}
