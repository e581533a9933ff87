import { type ApiMessage, gatewayAt, type MembershipChange } from '@quorate/raft';
import { decodeAnswer, decodeResult, encodeCommand, encodeGet } from '../workload/plain-codec.ts';
import { bytesOf } from '../workload/text-bytes.ts';
import { changeText } from './change-words.ts';
import type { ReadWish } from './read-words.ts';
import type { ScenarioHost } from './scenario-host.ts';
import type { Mail, ScenarioNode } from './scenario-node.ts';
import type { Trace } from './trace.ts';

/** How long a client waits for an answer. */
const clientTimeoutMs = 2000;

/** What a client or an operator has asked: the command as the author wrote it, and its bytes if it writes. */
interface Question {
  readonly text: string;
  readonly command: Uint8Array | null;
}

/** The clients of a story: what they ask, and what they are told. */
export class ScenarioClients {
  readonly #host: ScenarioHost;
  readonly #trace: Trace;
  /** By request. */
  readonly #questions = new Map<number, Question>();
  #requests = 0;

  constructor(host: ScenarioHost, trace: Trace) {
    this.#host = host;
    this.#trace = trace;
  }

  /** A client asks the node to write. */
  put(node: ScenarioNode, key: string, value: string): void {
    const command = encodeCommand({ kind: 'put', key, value: bytesOf(value) });
    const request = this.#ask({ text: `put ${key} ${value}`, command });
    this.#toGateway(node, { kind: 'write', request, command, timeoutMs: clientTimeoutMs, traceparent: null });
  }

  /** A client asks the node to read. `words` are what the author said of it beside the key. */
  get(node: ScenarioNode, key: string, wish: ReadWish, words: readonly string[]): void {
    const request = this.#ask({ text: ['get', key, ...words].join(' '), command: null });
    const query = encodeGet(key);
    this.#toGateway(node, { kind: 'read', request, query, ...wish, timeoutMs: clientTimeoutMs });
  }

  /** An operator asks the node for other members. */
  changeMembers(node: ScenarioNode, change: MembershipChange): void {
    const request = this.#ask({ text: changeText(change), command: null });
    this.#toGateway(node, { kind: 'changeMembers', request, change, timeoutMs: clientTimeoutMs });
  }

  /** An operator asks the node for another leader. */
  transfer(node: ScenarioNode, target: ScenarioNode | null): void {
    const request = this.#ask({ text: `transfer to ${target?.id ?? 'anyone'}`, command: null });
    this.#toGateway(node, { kind: 'transfer', request, target: target?.id ?? null, timeoutMs: clientTimeoutMs });
  }

  /** The api of a node has an answer of its gateway. */
  answered(node: ScenarioNode, { request, answer }: ApiMessage): void {
    const question = this.#questions.get(request);
    if (question === undefined) return;
    if (answer.kind === 'result' && question.command !== null) {
      this.#host.watch.acknowledged(answer.index, question.command);
    }
    this.#trace.add(['answers'], `${node.id} answers ${question.text}: ${answerText(answer, question)}`);
  }

  #ask(question: Question): number {
    this.#requests += 1;
    this.#questions.set(this.#requests, question);
    return this.#requests;
  }

  #toGateway(node: ScenarioNode, message: Mail['message']): void {
    const { process } = node;
    if (process === null) return;
    const { actor } = gatewayAt({ node: node.id, group: this.#host.group });
    this.#host.deliver(node, { actor, message, sender: process.identity });
  }
}

function answerText(answer: ApiMessage['answer'], { command }: Question): string {
  if (answer.kind === 'error') return answer.code;
  if (answer.kind === 'tooStale') {
    return `TooStale, ${answer.stalenessMs === null ? 'nothing is proven' : `${Math.round(answer.stalenessMs)} ms at best`}`;
  }
  if (answer.kind === 'revisionMissing') return `${answer.code}, revision ${answer.revision}`;
  if (answer.kind === 'rejected') return `${answer.code}: ${answer.message}`;
  if (answer.kind === 'transferred') return `${answer.leader} leads`;
  if (answer.kind === 'result') {
    if (command === null) return `done, entry ${answer.index}`;
    const result = decodeResult(answer.result);
    if (result.kind === 'openSession') return `session ${result.session}`;
    if (result.kind === 'failed') return result.code;
    return 'revision' in result ? `revision ${result.revision}, entry ${answer.index}` : `done, entry ${answer.index}`;
  }
  if (answer.kind !== 'answer') return answer.kind;
  const entry = decodeAnswer(answer.answer);
  return entry === null ? 'nothing' : `${entry.value}, revision ${entry.modRevision}`;
}
