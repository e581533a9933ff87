import type { Actor, NodeId } from '@quorate/actor';
import type { ApiMessage, GatewayAnswer, GatewayMessage } from '@quorate/raft';

/** A gateway's answer, and the leader as the gateway knows it. */
export interface Answered {
  readonly answer: GatewayAnswer;
  readonly leader: NodeId | null;
}

/** What can be asked of the gateway, before it has a number. */
export type Question = Extract<GatewayMessage, { kind: 'write' | 'read' | 'readEntries' | 'readStatus' }>;

/** The actor `api`: numbers the requests of a node's clients, and brings the gateway's answers back to them. */
export class GatewayDesk implements Actor<ApiMessage> {
  readonly #tell: (question: Question) => void;
  readonly #waiting = new Map<number, (answered: Answered) => void>();
  #request = 0;

  /** `tell` takes a question to the gateway of this node. */
  constructor(tell: (question: Question) => void) {
    this.#tell = tell;
  }

  receive(message: ApiMessage): void {
    const resolve = this.#waiting.get(message.request);
    this.#waiting.delete(message.request);
    resolve?.({ answer: message.answer, leader: message.leader });
  }

  /** Asks the gateway. It answers every question within its time, so this resolves while the node runs. */
  ask(question: (request: number) => Question): Promise<Answered> {
    this.#request += 1;
    const request = this.#request;
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      this.#tell(question(request));
    });
  }
}
