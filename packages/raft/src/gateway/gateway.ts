import type { Actor, Context, NodeId, Sender } from '@quorate/actor';
import { apiAt, applierAt, electionAt, leaderAt, logStoreAt } from '../addresses.ts';
import { logIndex, type Term, term } from '../types.ts';
import {
  type Asked,
  askedOf,
  type ClientRequest,
  isUnanswered,
  isWithLeader,
  type Page,
  type Read,
  type SnapshotRequest,
  type TransferRequest,
  type Write,
} from './client-request.ts';
import type { GatewayAnswer, GatewayMessage } from './messages.ts';

type Of<Kind extends GatewayMessage['kind']> = Extract<GatewayMessage, { kind: Kind }>;

/** What a gateway is made from. */
export interface GatewayOptions {
  readonly identity: Sender;
}

/** How often open requests are looked at. */
const tickMs = 25;

/** So long nothing is proposed to a leader that has refused: it is about to go, and what reaches it too late is answered by nobody. */
const holdMs = 100;

/** The requests of a node's clients: where each goes, and what its caller is told. */
export class Gateway implements Actor<GatewayMessage> {
  readonly #context: Context<GatewayMessage>;
  readonly #identity: Sender;
  readonly #requests = new Map<number, ClientRequest>();
  /** The request behind each sequence that was sent to a leader. */
  readonly #sequences = new Map<number, number>();
  #sequence = 0;
  /** The term whose leader has refused a proposal, and until when it is left alone. */
  #held: { readonly term: Term; readonly untilMs: number } = { term: term(0), untilMs: 0 };
  /** Why nobody will tell this node who leads, or null. */
  #retired: string | null = null;
  #known: { readonly term: Term; readonly leader: NodeId | null } = { term: term(0), leader: null };

  constructor(context: Context<GatewayMessage>, options: GatewayOptions) {
    this.#context = context;
    this.#identity = options.identity;
  }

  receive(message: GatewayMessage): void {
    switch (message.kind) {
      case 'write':
      case 'changeMembers':
        return this.#open(message.request, {
          kind: 'write',
          message,
          proposed: null,
          deadlineMs: this.#deadline(message),
        });
      case 'read':
        return this.#open(message.request, {
          kind: 'read',
          message,
          asked: null,
          readIndex: message.consistency === 'local' ? logIndex(0) : null,
          deadlineMs: this.#deadline(message),
        });
      case 'transfer':
        return this.#open(message.request, {
          kind: 'transfer',
          message,
          asked: null,
          deadlineMs: this.#deadline(message),
        });
      case 'transferReply':
        return this.#transferReply(message);
      case 'readEntries':
        return this.#open(message.request, { kind: 'page', message, deadlineMs: this.#deadline(message) });
      case 'takeSnapshot':
        return this.#open(message.request, {
          kind: 'snapshot',
          message,
          asked: null,
          readIndex: message.isLinearizable ? null : logIndex(0),
          applierAskedAtMs: null,
          deadlineMs: this.#deadline(message),
        });
      case 'snapshotAnswer':
        return this.#answer(message.request, { kind: 'snapshot', outcome: message.outcome });
      case 'readStatus':
        return this.#open(message.request, { kind: 'status', parts: new Map(), deadlineMs: this.#deadline(message) });
      case 'retire':
        return this.#retire(message.reason);
      case 'leaderKnown':
        return this.#leaderKnown(message);
      case 'proposeReply':
        return this.#proposeReply(message);
      case 'readIndexReply':
        return this.#readIndexReply(message);
      case 'queryAnswer':
        return this.#answer(message.request, { kind: 'answer', answer: message.answer });
      case 'committedEntries':
        return this.#answer(message.request, { ...message, kind: 'entries' });
      case 'described':
        return this.#described(message);
      case 'tick':
        return this.#tick();
      default:
        return message satisfies never;
    }
  }

  #deadline(message: { readonly timeoutMs: number }): number {
    return this.#context.now() + message.timeoutMs;
  }

  #open(id: number, request: ClientRequest): void {
    if (this.#requests.size === 0) this.#context.startTimer('tick', tickMs, { kind: 'tick' });
    this.#requests.set(id, request);
    if (this.#retired !== null && !isWithLeader(request)) this.#fail(id, 'NoLeader', this.#retired);
    else this.#advance(id, request);
  }

  /** Takes a request as far as it can go now. Safe to repeat: what is repeated is told apart by its sequence. */
  #advance(id: number, request: ClientRequest): void {
    switch (request.kind) {
      case 'write':
        return this.#propose(id, request);
      case 'read':
        return request.readIndex === null ? this.#askReadIndex(id, request) : this.#queryApplier(id, request);
      case 'transfer':
        return this.#transfer(id, request);
      case 'snapshot':
        return request.readIndex === null ? this.#askReadIndex(id, request) : this.#askSnapshot(id, request);
      case 'page':
        return this.#readPage(id, request);
      case 'status':
        return this.#describe(id);
      default:
        return request satisfies never;
    }
  }

  /** Deadlines, and whatever was lost. */
  #tick(): void {
    const now = this.#context.now();
    let unanswered = false;
    for (const [id, request] of this.#requests) {
      if (now >= request.deadlineMs) this.#expire(id, request);
      else if (isUnanswered(request, now)) {
        unanswered = true;
        this.#advance(id, request);
      }
    }
    if (this.#requests.size === 0) return;
    // Also while a leader is known: the notice of its successor may have been lost, and a node that leads no more does not answer.
    if (unanswered) this.#context.send(electionAt(this.#context.self), { kind: 'whoLeads' });
    this.#context.startTimer('tick', tickMs, { kind: 'tick' });
  }

  #expire(id: number, request: ClientRequest): void {
    const noLeader = this.#known.leader === null && !isLocal(request);
    if (request.kind === 'write' && request.proposed !== null) {
      return this.#fail(id, 'OutcomeUnknown', 'no answer in time; the write may have happened, or may yet happen');
    }
    const waitsForLeader = request.kind === 'read' || (request.kind === 'snapshot' && request.readIndex === null);
    if (request.kind === 'write' || (waitsForLeader && noLeader)) {
      return this.#fail(id, 'NoLeader', 'no leader took the request in time; nothing was written');
    }
    if (request.kind === 'read') this.#context.send(applierAt(this.#context.self), { kind: 'forget', request: id });
    if (request.kind === 'status') return this.#answer(id, { kind: 'status', parts: [...request.parts.values()] });
    this.#fail(id, 'Timeout', 'no answer in time');
  }

  // --- who leads -------------------------------------------------------------------------------------------------------

  #leaderKnown(message: Of<'leaderKnown'>): void {
    if (message.term < this.#known.term) return;
    const sameLeader = message.term === this.#known.term && message.leader === this.#known.leader;
    this.#known = { term: message.term, leader: message.leader };
    if (sameLeader) return;
    for (const [id, request] of this.#requests) {
      if (request.kind === 'write' && request.proposed !== null) {
        // The leader that has it may be gone, and its entry may or may not be in its successor's log.
        if (request.proposed.term < message.term)
          this.#fail(id, 'OutcomeUnknown', 'the leader changed while the write was in flight');
      } else if (message.leader !== null) {
        this.#advance(id, request);
      }
    }
  }

  /** What a leader has is answered yet; nothing else will be. */
  #retire(reason: string): void {
    this.#retired = reason;
    for (const [id, request] of this.#requests) if (!isWithLeader(request)) this.#fail(id, 'NoLeader', reason);
  }

  // --- writes ----------------------------------------------------------------------------------------------------------

  /** To the known leader, once; asking the same leader again for the same sequence is safe, as it takes each once. */
  #propose(id: number, request: Write): void {
    const { leader } = this.#known;
    if (leader === null || (request.proposed === null && this.#isHeld())) return;
    const asked = request.proposed ?? this.#ask(id);
    request.proposed = { ...asked, atMs: this.#context.now() };
    const to = leaderAt({ node: leader, group: this.#context.self.group });
    const place = { term: asked.term, sequence: asked.sequence, floor: this.#floor() };
    const { message } = request;
    if (message.kind === 'changeMembers') {
      this.#context.send(to, { kind: 'proposeChange', ...place, change: message.change });
      return;
    }
    const { command, traceparent } = message;
    this.#context.send(to, { kind: 'propose', ...place, command, traceparent });
  }

  #isHeld(): boolean {
    return this.#known.term === this.#held.term && this.#context.now() < this.#held.untilMs;
  }

  #ask(id: number): Asked {
    this.#sequence += 1;
    this.#sequences.set(this.#sequence, id);
    return { term: this.#known.term, sequence: this.#sequence, atMs: this.#context.now() };
  }

  /** The oldest sequence that is still open: sequences are given out in order, and the map keeps that order. */
  #floor(): number {
    for (const sequence of this.#sequences.keys()) return sequence;
    return this.#sequence;
  }

  #proposeReply(message: Of<'proposeReply'>): void {
    const id = this.#sequences.get(message.sequence);
    const request = id === undefined ? undefined : this.#requests.get(id);
    if (id === undefined || request?.kind !== 'write' || message.incarnation !== this.#identity.incarnation) return;
    if (request.proposed?.sequence !== message.sequence || request.proposed.term !== message.term) return;
    const { outcome } = message;
    switch (outcome.kind) {
      case 'applied':
        return this.#answer(id, { kind: 'result', result: outcome.result, index: outcome.index });
      case 'unknown':
        return this.#fail(id, 'OutcomeUnknown', outcome.reason);
      case 'rejected':
        return this.#answer(id, outcome);
      case 'refused':
        // It entered no log: the next leader may have it.
        this.#sequences.delete(message.sequence);
        request.proposed = null;
        if (this.#known.term === message.term) this.#known = { term: message.term, leader: null };
        this.#held = { term: message.term, untilMs: this.#context.now() + holdMs };
        if (this.#retired !== null) this.#fail(id, 'NoLeader', this.#retired);
        return;
      default:
        return outcome satisfies never;
    }
  }

  // --- reads -----------------------------------------------------------------------------------------------------------

  #askReadIndex(id: number, request: Read | SnapshotRequest): void {
    const { leader, term: leaderTerm } = this.#known;
    if (leader === null) return;
    if (request.asked !== null) this.#sequences.delete(request.asked.sequence);
    request.asked = this.#ask(id);
    const ask = { kind: 'readIndex', term: leaderTerm, sequence: request.asked.sequence, mayUseLease: true } as const;
    this.#context.send(leaderAt({ node: leader, group: this.#context.self.group }), ask);
  }

  #readIndexReply(message: Of<'readIndexReply'>): void {
    const id = this.#sequences.get(message.sequence);
    const request = id === undefined ? undefined : this.#requests.get(id);
    if (id === undefined || message.incarnation !== this.#identity.incarnation) return;
    if (request?.kind !== 'read' && request?.kind !== 'snapshot') return;
    if (request.asked?.sequence !== message.sequence || message.readIndex === null) return;
    this.#sequences.delete(message.sequence);
    request.asked = { ...request.asked, atMs: this.#context.now() };
    request.readIndex = message.readIndex;
    this.#advance(id, request);
  }

  #queryApplier(id: number, request: Read): void {
    const atIndex = request.readIndex ?? logIndex(0);
    const query = { kind: 'query', request: id, atIndex, query: request.message.query } as const;
    this.#context.send(applierAt(this.#context.self), query);
  }

  #readPage(id: number, request: Page): void {
    const { fromIndex, maxEntries, maxBytes } = request.message;
    this.#context.send(logStoreAt(this.#context.self), {
      kind: 'readCommitted',
      reader: 'gateway',
      request: id,
      fromIndex,
      maxEntries,
      maxBytes,
    });
  }

  // --- snapshots -------------------------------------------------------------------------------------------------------

  #askSnapshot(id: number, request: SnapshotRequest): void {
    request.applierAskedAtMs = this.#context.now();
    const atIndex = request.readIndex ?? logIndex(0);
    this.#context.send(applierAt(this.#context.self), { kind: 'takeSnapshot', request: id, atIndex });
  }

  // --- transfer --------------------------------------------------------------------------------------------------------

  #transfer(id: number, request: TransferRequest): void {
    const { leader, term: leaderTerm } = this.#known;
    if (leader === null) return;
    const { target } = request.message;
    const isDone = target === null ? request.asked !== null && leader !== request.asked.leader : leader === target;
    if (isDone) return this.#answer(id, { kind: 'transferred', leader });
    // The same question again, as long as it goes to the same leader: its answer names it.
    if (request.asked?.term === leaderTerm) request.asked = { ...request.asked, atMs: this.#context.now() };
    else {
      if (request.asked !== null) this.#sequences.delete(request.asked.sequence);
      request.asked = { ...this.#ask(id), leader };
    }
    const ask = { kind: 'transferLeadership', term: leaderTerm, sequence: request.asked.sequence, target } as const;
    this.#context.send(leaderAt({ node: leader, group: this.#context.self.group }), ask);
  }

  #transferReply({ sequence, incarnation, code, message }: Of<'transferReply'>): void {
    const id = this.#sequences.get(sequence);
    const request = id === undefined ? undefined : this.#requests.get(id);
    if (id === undefined || request?.kind !== 'transfer' || incarnation !== this.#identity.incarnation) return;
    this.#answer(id, { kind: 'rejected', code, message });
  }

  // --- status ----------------------------------------------------------------------------------------------------------

  #describe(id: number): void {
    const ask = { kind: 'describe', request: id } as const;
    this.#context.send(electionAt(this.#context.self), ask);
    this.#context.send(logStoreAt(this.#context.self), ask);
    this.#context.send(applierAt(this.#context.self), ask);
    this.#context.send(leaderAt(this.#context.self), ask);
  }

  #described(message: Of<'described'>): void {
    const request = this.#requests.get(message.request);
    if (request?.kind !== 'status') return;
    request.parts.set(message.part.actor, message.part);
    const election = request.parts.get('election');
    if (election?.actor !== 'election') return;
    const expected = election.role === 'leader' ? 4 : 3;
    if (request.parts.size < expected) return;
    this.#answer(message.request, { kind: 'status', parts: [...request.parts.values()] });
  }

  // --- answers ---------------------------------------------------------------------------------------------------------

  #fail(id: number, code: 'NoLeader' | 'OutcomeUnknown' | 'Timeout', message: string): void {
    this.#answer(id, { kind: 'error', code, message });
  }

  #answer(id: number, answer: GatewayAnswer): void {
    const request = this.#requests.get(id);
    if (request === undefined) return;
    this.#requests.delete(id);
    const asked = askedOf(request);
    if (asked !== null) this.#sequences.delete(asked.sequence);
    const answered = { kind: 'answered', request: id, answer, leader: this.#known.leader } as const;
    this.#context.send(apiAt(this.#context.self), answered);
  }
}

/** Whether it is for this node alone, whoever leads. */
const isLocal = (request: ClientRequest): boolean => request.kind === 'read' && request.message.consistency === 'local';
