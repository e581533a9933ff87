import { leaderAt } from '../addresses.ts';
import type { StageRecorder } from '../stages/stage-recorder.ts';
import { type LogIndex, type Term, term } from '../types.ts';
import { commandBytes, type Write } from './client-request.ts';
import type { GatewayOptions } from './gateway.ts';
import type { GatewayPartOptions } from './gateway-part.ts';
import type { GatewayMessage } from './messages.ts';

type Of<Kind extends GatewayMessage['kind']> = Extract<GatewayMessage, { kind: Kind }>;

/** So long nothing is proposed to a leader that has refused: it is about to go, and what reaches it too late is answered by nobody. */
const holdMs = 100;

/** What a gateway does with its clients' writes: each is proposed to one leader, which takes it once. */
export class Writes {
  readonly #options: GatewayPartOptions;
  readonly #maxBytes: number;
  readonly #stages: StageRecorder;
  /** Of the commands that are not answered. */
  #bytes = 0;
  /** The request behind each sequence that was sent to a leader. */
  readonly #sequences = new Map<number, number>();
  /** The term whose leader is about to go, and until when it is left alone. */
  #held: { readonly term: Term; readonly untilMs: number } = { term: term(0), untilMs: 0 };

  constructor(options: GatewayPartOptions, { settings, stages }: Pick<GatewayOptions, 'settings' | 'stages'>) {
    this.#options = options;
    this.#maxBytes = settings.maxUncommittedBytes;
    this.#stages = stages;
  }

  /** Counts a write until it is closed. False if so much waits already that it cannot: while there is no leader all would, until their deadlines. One always may. */
  hasRoomFor(request: Write): boolean {
    const bytes = commandBytes(request);
    this.#bytes += bytes;
    return bytes === 0 || this.#bytes === bytes || this.#bytes <= this.#maxBytes;
  }

  /** To the known leader, once; asking the same leader again for the same sequence is safe, as it takes each once. */
  propose(id: number, request: Write): void {
    const { context, known, nextSequence } = this.#options;
    const { leader, term: leaderTerm } = known();
    if (leader === null || (request.proposed === null && this.#isHeld())) return;
    const { term: inTerm, sequence } = request.proposed ?? { term: leaderTerm, sequence: nextSequence() };
    this.#sequences.set(sequence, id);
    const atMs = context.now();
    if (request.proposed === null) request.proposedAtMs = atMs;
    request.proposed = { term: inTerm, sequence, atMs };
    const to = leaderAt({ node: leader, group: context.self.group });
    const place = { term: inTerm, sequence, floor: this.#floor(sequence) };
    const { message } = request;
    if (message.kind === 'changeMembers') {
      return context.send(to, { kind: 'proposeChange', ...place, change: message.change });
    }
    const { command, traceparent } = message;
    context.send(to, { kind: 'propose', ...place, command, traceparent });
  }

  /** Takes a leader's reply. True if it has refused, and another may have the write: it entered no log. */
  replied(message: Of<'proposeReply'>): boolean {
    const { context, requestOf, answer } = this.#options;
    const id = this.#sequences.get(message.sequence);
    const request = id === undefined ? undefined : requestOf(id);
    if (id === undefined || request?.kind !== 'write') return false;
    if (request.proposed?.sequence !== message.sequence || request.proposed.term !== message.term) return false;
    const { outcome } = message;
    switch (outcome.kind) {
      case 'applied':
        answer(id, { kind: 'result', result: outcome.result, index: outcome.index });
        if (request.message.kind === 'write') this.#noteAnswered(request, outcome.index, message.term);
        return false;
      case 'overloaded':
        answer(id, { kind: 'error', code: 'Overloaded', message: 'the leader has too much that is not committed' });
        return false;
      case 'unknown':
        answer(id, { kind: 'error', code: 'OutcomeUnknown', message: outcome.reason });
        return false;
      case 'rejected':
        answer(id, outcome);
        return false;
      case 'refused':
        this.#sequences.delete(message.sequence);
        request.proposed = null;
        this.hold(message.term, context.now() + holdMs);
        return true;
      default:
        return outcome satisfies never;
    }
  }

  /** Nothing new is proposed to the leader of that term until then. */
  hold(inTerm: Term, untilMs: number): void {
    const isLonger = inTerm > this.#held.term || untilMs > this.#held.untilMs;
    if (inTerm >= this.#held.term && isLonger) this.#held = { term: inTerm, untilMs };
  }

  /** The leader stays. */
  release(inTerm: Term): void {
    if (this.#held.term === inTerm) this.#held = { term: inTerm, untilMs: this.#options.context.now() };
  }

  /** Nobody waits for it any more. */
  close(request: Write): void {
    const { proposed } = request;
    this.#bytes -= commandBytes(request);
    if (proposed !== null) this.#sequences.delete(proposed.sequence);
  }

  #noteAnswered({ receivedAtMs, proposedAtMs }: Write, index: LogIndex, inTerm: Term): void {
    this.#stages.answered(index, inTerm, receivedAtMs, proposedAtMs, this.#options.context.now());
  }

  #isHeld(): boolean {
    return this.#options.known().term === this.#held.term && this.#options.context.now() < this.#held.untilMs;
  }

  /** The oldest sequence that is still open: sequences are given out in order, and the map keeps that order. */
  #floor(newest: number): number {
    for (const sequence of this.#sequences.keys()) return sequence;
    return newest;
  }
}
